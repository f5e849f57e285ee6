import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type DocumentStore, DocumentStoreError, documentStore } from '../../database/documentStore';
import { testConfig } from '../support/config';
import { listening } from '../support/http';

const SECRET = 'the secret of the bucket';
const objects = new Map<string, Buffer>();
/** What the storage answers to the next requests, in place of doing as asked. */
let faults: number[] = [];
let server: Server;
let stores: Record<'folder' | 'bucket', DocumentStore>;
let folder: string;

/*
 * A storage that does what S3 does with these three requests: it checks the signature (AWS Signature Version 4) and the hash
 * of the body as S3 documents them, and so is no part of the library that signs.
 */
beforeAll(async () => {
  server = createServer(async (req, res) => {
    const body = await buffer(req);
    const fault = faults.shift();
    if (fault) return void res.writeHead(fault).end();
    if (!isSigned(req, body))
      return void res.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
    const key = decodeURIComponent(req.url!.split('?')[0]!);
    if (req.method === 'PUT') objects.set(key, body);
    if (req.method === 'DELETE') objects.delete(key);
    const found = objects.get(key);
    if (req.method === 'GET' && !found)
      return void res
        .writeHead(404, { 'Content-Type': 'application/xml' })
        .end('<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>');
    res.writeHead(req.method === 'DELETE' ? 204 : 200).end(req.method === 'GET' ? found : undefined);
  });
  process.env.AWS_ACCESS_KEY_ID = 'documents';
  process.env.AWS_SECRET_ACCESS_KEY = SECRET;
  process.env.AWS_REGION = 'cn-north-1';
  folder = mkdtempSync(path.join(process.env.TEST_DATA_DIR!, 'store-'));
  stores = {
    folder: documentStore(testConfig({ DOCUMENTS_FOLDER: folder })),
    bucket: documentStore(
      testConfig({
        DOCUMENTS_S3_BUCKET: 'licences',
        DOCUMENTS_S3_ENDPOINT: `http://127.0.0.1:${await listening(server)}`,
      }),
    ),
  };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  faults = [];
});

const hex = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

function isSigned(req: IncomingMessage, body: Buffer): boolean {
  const given =
    /Credential=documents\/(\d{8})\/([\w-]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([\da-f]{64})/.exec(
      req.headers.authorization ?? '',
    );
  if (!given) return false;
  const [, day, region, names, signature] = given;
  const [address, query = ''] = req.url!.split('?');
  const hash = String(req.headers['x-amz-content-sha256']);
  const headers = names!.split(';').map((name) => `${name}:${String(req.headers[name]).trim()}\n`);
  const request = [
    req.method,
    address,
    query.split('&').sort().join('&'),
    headers.join(''),
    names,
    hash,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', req.headers['x-amz-date'], scope, hex(request)].join('\n');
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${SECRET}`, day!), region!));
  return hmac(key, text).toString('hex') === signature && hash === hex(body);
}

describe.each(['folder', 'bucket'] as const)('a %s', (kind) => {
  const name = `ab/${'c'.repeat(64)}-1`;
  const content = randomBytes(200_000);
  const put = () =>
    stores[kind].put(name, Readable.from([content.subarray(0, 70_000), content.subarray(70_000)]));

  test('keeps a file until it is deleted', async () => {
    await put();
    expect((await buffer(await stores[kind].get(name))).equals(content)).toBe(true);
    await stores[kind].delete(name);
    await expect(stores[kind].get(name)).rejects.toMatchObject({ reason: 'lost' });
    expect([...objects.keys()]).toEqual([]);
  });

  test('deletes what is not there without an error', async () => {
    await stores[kind].delete('ab/never-written');
  });
});

test('a file whose writing broke off is not there, and is deleted like any other', async () => {
  const broken = Readable.from(
    (async function* () {
      yield randomBytes(1000);
      throw new Error('the source broke off');
    })(),
  );
  await expect(stores.folder.put('cd/broken', broken)).rejects.toThrow(DocumentStoreError);
  await expect(stores.folder.get('cd/broken')).rejects.toMatchObject({ reason: 'lost' });
  await stores.folder.delete('cd/broken');
  expect(readdirSync(path.join(folder, 'cd'))).toEqual([]);
});

test('a bucket that fails for a moment is asked again; one that refuses is away', async () => {
  faults = [500, 503];
  await stores.bucket.put('ef/again', Readable.from([Buffer.from('licence')]));
  expect([...objects.keys()]).toEqual(['/licences/ef/again']);
  faults = [403];
  await expect(stores.bucket.get('ef/again')).rejects.toMatchObject({ reason: 'away' });
});
