import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import sharp from 'sharp';
import { MAX_DOCUMENT_BYTES } from '../../../domain/document';
import { type Answer, startApi, startWorker, type TestApi } from '../../support/api';
import { applicationForm, personNumbers } from '../../support/applications';
import { eventually } from '../../support/eventually';
import { jpeg, pdf, png } from '../../support/files';

let api: TestApi;
let folder: string;
let compliance: string;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  folder = path.join(process.env.TEST_DATA_DIR!, 'documents-of-routes');
  api = await startApi({ DOCUMENTS_FOLDER: folder, TRUST_PROXY: 'true' });
  compliance = await api.keyFor('compliance');
  stopWorker = await startWorker(api.context);
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
});

const form = (change: object = {}) => applicationForm(personNumbers(), change);

/** Applies, and returns how the applicant comes back. */
async function apply(): Promise<{ id: string; token: Record<string, string> }> {
  const { body } = await api.call('POST', '/v1/applications', { body: form(), headers: fromElsewhere() });
  return { id: body.id, token: { 'X-Applicant-Token': body.applicantToken } };
}

let clients = 0;
/** Callers without a key are limited by their address. */
const fromElsewhere = () => ({ 'X-Forwarded-For': `10.2.${clients >> 8}.${clients++ & 255}` });

interface Sender {
  key?: string;
  headers?: Record<string, string>;
  query?: string;
}
const upload = (bytes: Buffer, { key, headers, query = '' }: Sender = {}, name = 'licence.pdf') =>
  api.call('POST', `/v1/documents?name=${encodeURIComponent(name)}${query}`, {
    key,
    body: bytes,
    headers: { ...fromElsewhere(), ...headers },
  });

async function fetchFile(address: string, key: string): Promise<{ answer: Response; bytes: Buffer }> {
  const answer = await fetch(api.url + address, { headers: { Authorization: `Bearer ${key}` } });
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
}

const storedFiles = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

const problem = ({ status, body }: Answer) => [status, body.type?.split('/').at(-1)];

test.each([
  ['PDF', 'application/pdf', () => pdf(3), { pages: 3 }],
  ['JPEG', 'image/jpeg', () => jpeg(640, 480), { width: 640, height: 480 }],
  ['PNG', 'image/png', () => png(300, 200), { width: 300, height: 200 }],
] as const)('a %s is stored encrypted and read back as it was', async (_name, type, make, facts) => {
  const bytes = await make();
  const { status, body, headers } = await upload(bytes, { key: compliance }, '营业执照 1.pdf');
  const expected = { name: '营业执照 1.pdf', type, size: bytes.length, ...facts };
  expect([status, body]).toEqual([201, expect.objectContaining(expected)]);
  expect(headers.get('location')).toBe(`/v1/documents/${body.id}`);

  const { answer, bytes: back } = await fetchFile(`/v1/documents/${body.id}`, compliance);
  expect(back.equals(bytes)).toBe(true);
  expect(answer.headers.get('content-type')).toBe(type);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*filename\*=UTF-8''%E8%90%A5/);
  expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");

  for (const file of storedFiles()) {
    const stored = readFileSync(path.join(file.parentPath, file.name));
    expect(stored.includes(bytes.subarray(0, 64))).toBe(false);
  }
});

test('the preview of an image is encoded again and turned as the camera noted; that of a PDF is the PDF', async () => {
  const photo = await sharp(await jpeg(3000, 1500))
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const { body } = await upload(photo, { key: compliance });
  const { answer, bytes } = await fetchFile(`/v1/documents/${body.id}/preview`, compliance);
  expect(answer.headers.get('content-type')).toBe('image/jpeg');
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 1200, height: 2400 });
  expect((await sharp(bytes).metadata()).exif).toBeUndefined();

  const document = await pdf();
  const { body: uploaded } = await upload(document, { key: compliance });
  const shown = await fetchFile(`/v1/documents/${uploaded.id}/preview`, compliance);
  expect(shown.answer.headers.get('content-type')).toBe('application/pdf');
  expect(shown.bytes.equals(document)).toBe(true);
});

test('each view is an entry of the audit trail, the upload too, and neither has the name of the file', async () => {
  const { body } = await upload(await png(), { key: compliance }, 'Li Wei.png');
  await fetchFile(`/v1/documents/${body.id}`, compliance);
  await fetchFile(`/v1/documents/${body.id}/preview`, compliance);
  const { rows } = await api.context.pool.query(
    `SELECT actor, action, after FROM audit_entries WHERE subject = $1 ORDER BY id`,
    [`document/${body.id}`],
  );
  expect(rows).toEqual([
    {
      actor: 'test compliance',
      action: 'document.upload',
      after: { contentType: 'image/png', size: body.size },
    },
    { actor: 'test compliance', action: 'document.view', after: { preview: false } },
    { actor: 'test compliance', action: 'document.view', after: { preview: true } },
  ]);
});

describe('who may upload and read', () => {
  test('a stranger uploads nothing and reads nothing', async () => {
    const { body } = await upload(await png(), { key: compliance });
    const id = randomUUID();
    for (const [query, headers] of [
      ['', {}],
      ['', { 'X-Applicant-Token': 'guess' }],
      [`&applicationId=${id}`, {}],
    ] as const)
      expect(problem(await upload(await png(), { query, headers }))).toEqual([
        401,
        'authentication_required',
      ]);
    expect(
      problem(
        await upload(await png(), {
          query: `&applicationId=${id}`,
          headers: { 'X-Applicant-Token': 'guess' },
        }),
      ),
    ).toEqual([404, 'not_found']);
    const address = `/v1/documents/${body.id}`;
    expect(problem(await api.call('GET', address, { headers: fromElsewhere() }))).toEqual([
      401,
      'authentication_required',
    ]);
    expect(
      problem(
        await api.call('GET', address, { headers: { ...fromElsewhere(), 'X-Applicant-Token': 'guess' } }),
      ),
    ).toEqual([404, 'not_found']);
  });

  test('who has 50 uploads that are not attached to anything uploads no more', async () => {
    const key = await api.keyFor('distributor');
    const { body } = await upload(await png(), { key });
    await api.context.pool.query(
      `INSERT INTO documents (id, blob_id, name, owner)
       SELECT gen_random_uuid(), blob_id, name, owner FROM documents, generate_series(1, 49) WHERE id = $1`,
      [body.id],
    );
    expect(problem(await upload(await png(), { key }))).toEqual([422, 'too_many_documents']);
    expect((await upload(await png(), { key: compliance })).status).toBe(201);
  });

  test('a distributor reads own documents only, staff by role', async () => {
    const [own, other] = [await api.keyFor('distributor'), await api.keyFor('distributor')];
    const [operator, finance] = [await api.keyFor('operator'), await api.keyFor('finance')];
    const { body } = await upload(await png(), { key: own });
    const { body: byOperator } = await upload(await png(), { key: operator });
    expect(problem(await upload(await png(), { key: finance }))).toEqual([403, 'role_not_allowed']);
    const read = async (id: string, key: string) => {
      const { status } = await api.call('GET', `/v1/documents/${id}`, { key });
      return status;
    };
    expect([await read(body.id, own), await read(body.id, other)]).toEqual([200, 404]);
    expect([await read(body.id, compliance), await read(body.id, await api.keyFor('admin'))]).toEqual([
      200, 200,
    ]);
    expect([await read(body.id, operator), await read(body.id, finance)]).toEqual([403, 403]);
    expect([await read(byOperator.id, operator), await read(byOperator.id, own)]).toEqual([200, 404]);
    expect(await read(randomUUID(), compliance)).toBe(404);
    const writeOnly = await api.keyFor('compliance', ['documents:write']);
    expect(problem(await api.call('GET', `/v1/documents/${body.id}`, { key: writeOnly }))).toEqual([
      403,
      'scope_missing',
    ]);
  });
});

describe('an application', () => {
  test('takes what its applicant uploads with the token after the first submission, and keeps it over rounds', async () => {
    const { id, token: headers } = await apply();
    const send = async (make: Promise<Buffer>) =>
      (await upload(await make, { query: `&applicationId=${id}`, headers }, 'photo.jpg')).body.id as string;
    const call = (method: string, address: string, body?: object) =>
      api.call(method, address, { body, headers: { ...headers, ...fromElsewhere() } });

    const [first, second] = [await send(jpeg()), await send(pdf())];
    const added = await call('POST', `/v1/applications/${id}/documents`, { documentIds: [first] });
    expect([added.status, added.body.documents]).toEqual([
      200,
      [expect.objectContaining({ id: first, round: 1, name: 'photo.jpg', attachedBy: 'applicant' })],
    ]);
    expect((await call('GET', `/v1/documents/${first}/preview`)).status).toBe(200);

    await eventually('the review', async () => {
      const { body } = await call('GET', `/v1/applications/${id}`);
      return body.state === 'in_review';
    });
    await api.call('POST', `/v1/applications/${id}/request-changes`, {
      key: compliance,
      body: { reasonCode: 'document_unreadable' },
    });
    const resubmitted = await call('POST', `/v1/applications/${id}/resubmit`, {
      ...form(),
      documentIds: [second],
    });
    expect([resubmitted.status, resubmitted.body.documents]).toEqual([
      200,
      [expect.objectContaining({ id: first, round: 1 }), expect.objectContaining({ id: second, round: 2 })],
    ]);

    const { body: approved } = await api.call('POST', `/v1/applications/${id}/approve`, {
      key: compliance,
      body: { tier: 'silver', note: 'seen' },
    });
    expect(approved.state).toBe('approved');
    const late = await call('POST', `/v1/applications/${id}/documents`, { documentIds: [second] });
    expect(problem(late)).toEqual([409, 'application_decided']);
    // The distributor that the applicant has become reads them too.
    const key = await api.keyFor('distributor');
    await api.context.pool.query(
      'UPDATE users SET distributor_id = $1 WHERE id = (SELECT user_id FROM api_keys ORDER BY created_at DESC LIMIT 1)',
      [approved.distributorId],
    );
    expect((await api.call('GET', `/v1/documents/${first}`, { key })).status).toBe(200);
  });

  test("does not take another's document, by whomever", async () => {
    const [one, two] = [await apply(), await apply()];
    const uploaded = await upload(await png(), {
      query: `&applicationId=${one.id}`,
      headers: one.token,
    });
    const documentIds = [uploaded.body.id];
    const headers = { ...fromElsewhere(), ...two.token };
    const steal = await api.call('POST', `/v1/applications/${two.id}/documents`, {
      headers,
      body: { documentIds },
    });
    expect(problem(steal)).toEqual([404, 'document_not_found']);
    expect(steal.body.errors[0].pointer).toBe('/documentIds/0');
    const submitted = await api.call('POST', '/v1/applications', {
      headers: fromElsewhere(),
      body: form({ documentIds }),
    });
    expect(problem(submitted)).toEqual([404, 'document_not_found']);
    expect((await api.call('GET', `/v1/documents/${uploaded.body.id}`, { headers })).status).toBe(404);
  });

  test('is submitted by staff with documents that they uploaded, and without any', async () => {
    const { body } = await upload(await pdf(), { key: compliance });
    const submitted = await api.call('POST', '/v1/applications', {
      key: compliance,
      body: form({ documentIds: [body.id] }),
    });
    expect([submitted.status, submitted.body.documents]).toEqual([
      201,
      [expect.objectContaining({ id: body.id })],
    ]);
    const without = await api.call('POST', '/v1/applications', { key: compliance, body: form() });
    expect([without.status, without.body.documents]).toEqual([201, []]);
  });
});

describe('a request that is not acceptable', () => {
  test.each([
    '../licence.pdf',
    'C:\\licence.pdf',
    'a/b.pdf',
    '..',
    'a\u0000b.pdf',
    'a\nb.pdf',
    'a\u202eb.pdf',
    '',
    'x'.repeat(201),
  ])('the name %p is refused by its field', async (name) => {
    const answer = await upload(await png(), { key: compliance }, name);
    expect(problem(answer)).toEqual([400, 'query_not_valid']);
    expect(answer.body.errors[0].pointer).toBe('/name');
  });

  test('a file needs its length, is not compressed, and has at least one byte and at most 20 MB', async () => {
    const headers = { Authorization: `Bearer ${compliance}` };
    const post = async (init: RequestInit) => {
      const answer = await fetch(`${api.url}/v1/documents?name=a.png`, { method: 'POST', ...init });
      return [answer.status, ((await answer.json()) as { type: string }).type.split('/').at(-1)];
    };
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(10));
        controller.close();
      },
    });
    expect(await post({ headers, body: chunked, duplex: 'half' } as RequestInit)).toEqual([
      411,
      'length_required',
    ]);
    expect(
      await post({ headers: { ...headers, 'Content-Encoding': 'gzip' }, body: new Uint8Array(10) }),
    ).toEqual([415, 'content_type_not_supported']);
    expect(await post({ headers, body: new Uint8Array(0) })).toEqual([422, 'document_empty']);
    expect(await post({ headers, body: new Uint8Array(MAX_DOCUMENT_BYTES + 1) })).toEqual([
      413,
      'document_too_large',
    ]);
  });

  test('a transfer that breaks off stores nothing, and the same request can be sent again', async () => {
    const bytes = await jpeg(1000, 1000);
    const before = storedFiles().length;
    const port = Number(new URL(api.url).port);
    const key = `upload-${randomUUID()}`;
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `POST /v1/documents?name=a.jpg HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${compliance}\r\nIdempotency-Key: ${key}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
        );
        socket.write(bytes.subarray(0, bytes.length / 2), () => socket.destroy());
        socket.on('close', () => resolve());
      });
    });
    await eventually('the end of the request is logged', async () =>
      api.logged.some((line) => line.includes('"status":499')),
    );
    expect(storedFiles().length).toBe(before);
    const { status } = await upload(bytes, { key: compliance, headers: { 'Idempotency-Key': key } });
    expect(status).toBe(201);
    expect(api.logged.filter((line) => JSON.parse(line).level === 'error')).toEqual([]);
  });

  test('a repeat with the same Idempotency-Key is one document; with another file or name it is refused', async () => {
    const [bytes, other] = [await png(), await png(10, 10)];
    const sender = { key: compliance, headers: { 'Idempotency-Key': `upload-${randomUUID()}` } };
    const [first, second] = [await upload(bytes, sender), await upload(bytes, sender)];
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect(problem(await upload(other, sender))).toEqual([409, 'idempotency_key_reused']);
    expect(problem(await upload(bytes, sender, 'b.png'))).toEqual([409, 'idempotency_key_reused']);
    const { body: again } = await upload(bytes, { key: compliance });
    expect(again.id).not.toBe(first.body.id);
  });
});

test('a document whose file is lost or changed is an answer that says so', async () => {
  const { body } = await upload(await jpeg(200, 200), { key: compliance });
  const { rows } = await api.context.pool.query<{ name: string }>(
    'SELECT object_name AS name FROM document_blobs b JOIN documents d ON d.blob_id = b.id WHERE d.id = $1',
    [body.id],
  );
  const file = path.join(folder, rows[0]!.name);
  const addresses = [`/v1/documents/${body.id}`, `/v1/documents/${body.id}/preview`];
  const expectRefused = async () => {
    for (const address of addresses)
      expect(problem(await api.call('GET', address, { key: compliance }))).toEqual([
        503,
        'document_not_readable',
      ]);
  };
  writeFileSync(file, readFileSync(file).fill(0, 100, 101));
  await expectRefused();
  rmSync(file);
  await expectRefused();
});
