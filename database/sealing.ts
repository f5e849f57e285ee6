import { createCipheriv, createDecipheriv, createHmac, type Hmac, randomBytes } from 'node:crypto';
import type { Config } from '../config';
import type { ProtectedNumber } from '../domain/application';
import { mask, normaliseNumber } from '../domain/credential';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed text cannot be opened: its key is missing, or it was changed or damaged. The message has no secret. */
export class SealError extends Error {
  override name = 'SealError';
}

/** Encrypts sensitive texts for the database, and hashes them for finding equal ones. */
export interface Sealer {
  /** Id of the key that encrypts at present. */
  keyId: string;
  /** Encrypts with the first key. @returns `keyId:base64(iv | tag | ciphertext)` */
  seal(plain: string): string;
  /** @throws SealError */
  open(sealed: string): string;
  /**
   * Keyed hash (HMAC-SHA256, hexadecimal).
   * @param kind keeps kinds apart: the same digits as a phone number and as an account have other hashes
   */
  numberHash(kind: string, plain: string): string;
  /** The same hash of something large, part by part: `update` it, then `digest`. */
  hashOf(kind: string): Hmac;
  /** All that may leave the request that brought a number: the number is normalised, then sealed, hashed, masked. */
  protect(kind: string, number: string): ProtectedNumber;
}

/**
 * Makes the sealer of AES-256-GCM. The key's id is authenticated along with the text, so that a text can't be
 * passed off as sealed by another key.
 */
export function createSealer(config: Pick<Config, 'FIELD_KEYS' | 'FIELD_HASH_KEY'>): Sealer {
  const keys = new Map(
    config.FIELD_KEYS.split(',').map((entry) => {
      const [id = '', key = ''] = entry.split(':');
      return [id, Buffer.from(key, 'base64')] as const;
    }),
  );
  const [first] = keys;
  if (!first) throw new SealError('FIELD_KEYS has no key');
  const [firstId, firstKey] = first;

  const sealer: Sealer = {
    keyId: firstId,
    seal(plain) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', firstKey, iv).setAAD(Buffer.from(firstId));
      const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `${firstId}:${Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64')}`;
    },
    open(sealed) {
      const at = sealed.indexOf(':');
      const id = sealed.slice(0, Math.max(at, 0));
      const key = keys.get(id);
      if (!key) throw new SealError(`there is no key "${id}": add it to FIELD_KEYS`);
      const bytes = Buffer.from(sealed.slice(at + 1), 'base64');
      const iv = bytes.subarray(0, IV_BYTES);
      const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(id))
          .setAuthTag(tag);
        return (
          decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        throw new SealError(
          `a text sealed with key "${id}" was changed, or the key is another one than then`,
        );
      }
    },
    numberHash(kind, plain) {
      return sealer.hashOf(kind).update(plain).digest('hex');
    },
    hashOf(kind) {
      return createHmac('sha256', config.FIELD_HASH_KEY).update(`${kind}\0`);
    },
    protect(kind, number) {
      const plain = normaliseNumber(number);
      return { sealed: sealer.seal(plain), hash: sealer.numberHash(kind, plain), masked: mask(plain) };
    },
  };
  return sealer;
}
