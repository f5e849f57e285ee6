import { randomBytes, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Request } from 'express';
import { DocumentStoreError } from '../../database/documentStore';
import { FILE_KEY_BYTES, openFile, sealFile } from '../../database/fileSealing';
import type { Sealer } from '../../database/sealing';
import { Problem } from './problem';

/** Bytes that say the type of a file. */
const HEAD_BYTES = 16;

/** Bytes that are read at once. */
const PART_BYTES = 64 * 1024;

/** A file that a request brought, encrypted on the disk of this machine until it is discarded. */
export interface ReceivedFile {
  /** Bytes. */
  size: number;
  /** The first bytes of the content, which say its type. */
  head: Buffer;
  /** Keyed hash of the content, in hexadecimal. */
  hash: string;
  /** The key that encrypts it. */
  key: Buffer;
  /** Reads the encrypted file; may be called again. */
  sealed(): Readable;
  /** Reads the file into memory. */
  bytes(): Promise<Buffer>;
  discard(): Promise<void>;
}

/**
 * Checks that a request is a raw body of an acceptable length, before any of it is read.
 * @param maxBytes longest body
 * @throws Problem 411, 413, 415 or 422
 */
export function checkFileHeaders(req: Request, maxBytes: number): void {
  if (req.get('content-encoding') !== undefined) {
    throw new Problem({
      status: 415,
      code: 'content_type_not_supported',
      detail: 'Send the file as it is, without Content-Encoding.',
    });
  }
  const length = req.get('content-length');
  if (length === undefined) {
    throw new Problem({
      status: 411,
      code: 'length_required',
      detail: 'Send the file as the body with its Content-Length, not in chunks.',
    });
  }
  if (Number(length) > maxBytes) {
    throw new Problem({
      status: 413,
      code: 'document_too_large',
      detail: `The file has ${length} bytes; at most ${maxBytes} are accepted. Send a smaller scan or photo.`,
      errors: [{ pointer: '', detail: `is larger than ${maxBytes} bytes` }],
    });
  }
  if (Number(length) === 0) {
    throw new Problem({
      status: 422,
      code: 'document_empty',
      detail: 'The file has 0 bytes. Check it and send it again.',
      errors: [{ pointer: '', detail: 'has 0 bytes' }],
    });
  }
}

/**
 * Receives the body of a request: hashes and encrypts it while it arrives, so that a slow sender costs no memory and
 * nothing readable gets to the disk.
 * @throws Problem 400 when the transfer breaks off, DocumentStoreError when the disk is full
 */
export async function receiveFile(req: Request, sealer: Sealer): Promise<ReceivedFile> {
  const file = await temporaryFile();
  try {
    const hash = sealer.hashOf('document');
    const key = randomBytes(FILE_KEY_BYTES);
    let size = 0;
    let head = Buffer.alloc(0);
    async function* counted(): AsyncGenerator<Buffer> {
      for await (const part of req as AsyncIterable<Buffer>) {
        if (size < HEAD_BYTES) head = Buffer.concat([head, part.subarray(0, HEAD_BYTES - size)]);
        size += part.length;
        hash.update(part);
        yield part;
      }
    }
    for await (const part of sealFile(key, counted()) as AsyncIterable<Buffer>) await file.appendFile(part);
    const sealed = () => Readable.from(partsOf(file), { objectMode: false });
    return {
      size,
      head,
      hash: hash.digest('hex'),
      key,
      sealed,
      bytes: () => buffer(openFile(key, sealed())),
      discard: () => file.close(),
    };
  } catch (error) {
    await file.close();
    if (!req.errored) throw new DocumentStoreError('away', error);
    throw new Problem({
      status: 400,
      code: 'request_malformed',
      detail: 'The transfer broke off before the end of the file; nothing was stored. Send it again.',
    });
  }
}

// Not the handle's own streams: those close it with themselves.
async function* partsOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { buffer: part, bytesRead } = await file.read(
      Buffer.allocUnsafe(PART_BYTES),
      0,
      PART_BYTES,
      position,
    );
    if (bytesRead === 0) return;
    yield part.subarray(0, bytesRead);
    position += bytesRead;
  }
}

/** A file without a name: the system removes it when it is closed, also if this process dies. */
async function temporaryFile(): Promise<FileHandle> {
  const name = path.join(os.tmpdir(), `tributary-upload-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  await rm(name);
  return file;
}
