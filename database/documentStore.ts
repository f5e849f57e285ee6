import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../config';

/** The storage cannot be used now, or does not have a file that it should have. */
export class DocumentStoreError extends Error {
  override name = 'DocumentStoreError';
  constructor(
    /** `lost`: it answers, and has no such file, or another than was written. */
    readonly reason: 'away' | 'lost',
    cause: unknown,
  ) {
    super(`the storage of documents: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Where encrypted files are: a folder, or a bucket of an S3-compatible storage. */
export interface DocumentStore {
  /**
   * Writes a file, whole or not at all. It survives a power failure when this returns.
   * @throws DocumentStoreError
   */
  put(name: string, content: Readable): Promise<void>;
  /** @throws DocumentStoreError */
  get(name: string): Promise<Readable>;
  /** Deletes a file and what is left of an attempt to write it. There need not be one. @throws DocumentStoreError */
  delete(name: string): Promise<void>;
}

type Settings = Pick<Config, 'DOCUMENTS_FOLDER' | 'DOCUMENTS_S3_BUCKET' | 'DOCUMENTS_S3_ENDPOINT'>;

const stores = new WeakMap<Settings, DocumentStore>();

/** The storage of these settings. */
export function documentStore(config: Settings): DocumentStore {
  const known = stores.get(config) ?? guarded(config.DOCUMENTS_S3_BUCKET ? bucket(config) : folder(config));
  stores.set(config, known);
  return known;
}

/** Every failure as a DocumentStoreError. */
function guarded(store: DocumentStore): DocumentStore {
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const { code, name } = error as { code?: string; name?: string };
      const isLost = code === 'ENOENT' || name === 'NoSuchKey' || name === 'NotFound';
      throw new DocumentStoreError(isLost ? 'lost' : 'away', error);
    }
  };
  return {
    put: (name, content) =>
      store.put(name, content).catch((error: unknown) => {
        throw new DocumentStoreError('away', error);
      }),
    get: (name) => guard(store.get(name)),
    delete: (name) => guard(store.delete(name)),
  };
}

function folder({ DOCUMENTS_FOLDER }: Settings): DocumentStore {
  const fileOf = (name: string) => path.join(DOCUMENTS_FOLDER, name);
  const partOf = (name: string) => `${fileOf(name)}.part`;
  return {
    async put(name, content) {
      const place = path.dirname(fileOf(name));
      await mkdir(place, { recursive: true, mode: 0o700 });
      await pipeline(content, createWriteStream(partOf(name), { mode: 0o600, flush: true }));
      await rename(partOf(name), fileOf(name));
      // The name in the folder has to survive a power failure too.
      const handle = await open(place);
      await handle.sync().finally(() => handle.close());
    },
    async get(name) {
      return (await open(fileOf(name))).createReadStream();
    },
    async delete(name) {
      await rm(fileOf(name), { force: true });
      await rm(partOf(name), { force: true });
    },
  };
}

/** Credentials and region come from where the AWS SDK looks for them, such as AWS_ACCESS_KEY_ID and AWS_REGION. */
function bucket({ DOCUMENTS_S3_BUCKET: Bucket, DOCUMENTS_S3_ENDPOINT: endpoint }: Settings): DocumentStore {
  // Loaded only where it is used: it is large.
  const loaded = import('@aws-sdk/client-s3').then((sdk) => ({
    sdk,
    client: new sdk.S3Client({
      endpoint,
      // Storages other than Amazon's have no host name for each bucket, and not all know the newer checksums.
      forcePathStyle: endpoint !== undefined,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 3,
    }),
  }));
  return {
    async put(Key, content) {
      const { sdk, client } = await loaded;
      // Whole: a stream could neither be signed before it is sent nor sent again.
      const Body = await buffer(content);
      await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body }));
    },
    async get(Key) {
      const { sdk, client } = await loaded;
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key }));
      return Body as Readable;
    },
    async delete(Key) {
      const { sdk, client } = await loaded;
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
    },
  };
}
