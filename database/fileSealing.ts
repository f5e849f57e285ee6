import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Readable } from 'node:stream';
import { DocumentStoreError } from './documentStore';

/** Plain bytes of one block. A file is encrypted block by block, so that it need not fit into memory. */
const BLOCK = 64 * 1024;
const TAG_BYTES = 16;

/** Bytes of a key that encrypts one file. */
export const FILE_KEY_BYTES = 32;

/**
 * Encrypts a file with AES-256-GCM in blocks of 64 KiB. The number of the block and whether it is the last one are in
 * its nonce, so that blocks cannot be moved, repeated or cut off (the STREAM construction: Hoang, Reyhanitabar, Rogaway,
 * Vizár, 2015).
 * @param key of this file alone: the nonces of two files are the same
 */
export function sealFile(key: Buffer, content: AsyncIterable<Buffer>): Readable {
  async function* seal() {
    for await (const { bytes, nonce } of blocksOf(content, BLOCK)) {
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    }
  }
  return Readable.from(seal(), { objectMode: false });
}

/** Decrypts what {@link sealFile} made. The stream fails with a DocumentStoreError where it was changed or cut off. */
export function openFile(key: Buffer, sealed: AsyncIterable<Buffer>): Readable {
  async function* open() {
    for await (const { bytes, nonce } of blocksOf(sealed, BLOCK + TAG_BYTES)) {
      try {
        const end = Math.max(0, bytes.length - TAG_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAuthTag(
          bytes.subarray(end),
        );
        yield Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]);
      } catch {
        throw new DocumentStoreError('lost', 'a file was changed or is incomplete');
      }
    }
  }
  return Readable.from(open(), { objectMode: false });
}

/** Cuts a stream into blocks of one size; the last one is shorter or as long. */
async function* blocksOf(
  content: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; nonce: Buffer }> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 0;
  for await (const part of content) {
    parts.push(part);
    length += part.length;
    if (length <= size) continue;
    let rest = Buffer.concat(parts);
    for (; rest.length > size; rest = rest.subarray(size)) {
      yield { bytes: rest.subarray(0, size), nonce: nonceOf(number++, false) };
    }
    parts = [rest];
    length = rest.length;
  }
  yield { bytes: Buffer.concat(parts), nonce: nonceOf(number, true) };
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(number, 7);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
