import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  type DataConverter,
  METADATA_ENCODING_KEY,
  type Payload,
  type PayloadCodec,
  ValueError,
} from '@temporalio/common';
import { decode, encode } from '@temporalio/common/lib/encoding';
import { temporal } from '@temporalio/proto';
import type { Config } from '../config';

const encoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts every payload with AES-256-GCM, so that the Temporal server and its operators see none of the content.
 * @param keys `id:base64,…`: the first encrypts, all decrypt, so that keys can be rotated
 */
export function encryptionCodec(keys: string): PayloadCodec {
  const entries = keys.split(',').map((entry) => {
    const [id, key] = entry.split(':') as [string, string];
    return [id, Buffer.from(key, 'base64')] as const;
  });
  const byId = new Map(entries);
  const [currentId, current] = entries[0]!;
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, currentId, current)),
    decode: async (payloads) => payloads.map((payload) => decrypt(payload, byId)),
  };
}

function encrypt(payload: Payload, keyId: string, key: Buffer): Payload {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const plain = temporal.api.common.v1.Payload.encode(payload).finish();
  const data = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { [METADATA_ENCODING_KEY]: encode(encoding), [keyIdField]: encode(keyId) }, data };
}

function decrypt(payload: Payload, keys: ReadonlyMap<string, Buffer>): Payload {
  const { metadata, data } = payload;
  const metadataEncoding = metadata?.[METADATA_ENCODING_KEY];
  // Written before encryption was switched on.
  if (!metadataEncoding || decode(metadataEncoding) !== encoding) return payload;
  const keyId = metadata[keyIdField] ? decode(metadata[keyIdField]) : '';
  const key = keys.get(keyId);
  if (!key || !data) throw new ValueError(`TEMPORAL_PAYLOAD_KEYS has no key with the id "${keyId}"`);
  const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, ivBytes));
  decipher.setAuthTag(data.subarray(-tagBytes));
  const plain = Buffer.concat([decipher.update(data.subarray(ivBytes, -tagBytes)), decipher.final()]);
  return temporal.api.common.v1.Payload.decode(plain);
}

/** How payloads are written: encrypted when `TEMPORAL_PAYLOAD_KEYS` is set. The same for clients and workers. */
export function dataConverter(config: Pick<Config, 'TEMPORAL_PAYLOAD_KEYS'>): DataConverter {
  if (!config.TEMPORAL_PAYLOAD_KEYS) return {};
  // Error messages and stacks can quote what they are about, so they are encrypted too.
  return {
    payloadCodecs: [encryptionCodec(config.TEMPORAL_PAYLOAD_KEYS)],
    failureConverterPath: require.resolve('./failureConverter'),
  };
}
