import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { startApi, type TestApi } from '../support/api';
import { type ApiProcess, startApiProcess } from '../support/apiProcess';
import { eventually } from '../support/eventually';
import { hugePng, jpeg, pdf, pdfBomb, png, zip } from '../support/files';

/*
 * Files as strangers may send them, each to an API in a process of its own: what it answers, what it needs for that, and
 * that it goes on afterwards.
 */

const MOST_MEGABYTES = 300;
const MOST_SECONDS = 2;

let api: TestApi;
let child: ApiProcess;
let key: string;

beforeAll(async () => {
  api = await startApi();
  key = await api.keyFor('compliance');
  const folder = api.context.config.DOCUMENTS_FOLDER;
  child = await startApiProcess(api.context.config, { DOCUMENTS_FOLDER: folder });
  await eventually('the API is ready', async () => (await send(await png())).status === 201);
  // What is loaded once belongs to no file.
  await send(await pdf());
});
afterAll(async () => {
  await child.stop();
  await api.stop();
});

async function send(bytes: Buffer): Promise<{ status: number; code: string | undefined; detail?: string }> {
  const answer = await fetch(`http://127.0.0.1:${child.port}/v1/documents?name=file`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}` },
    body: new Uint8Array(bytes),
  });
  const { type, detail } = (await answer.json()) as { type?: string; detail?: string };
  return { status: answer.status, code: answer.ok ? undefined : type?.split('/').at(-1), detail };
}

const statusOf = (name: string) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;

/** Seconds of processor time that the process has used: unlike those of a clock, no busy machine makes them more. */
function secondsUsed(): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A photo whose pixels cost as much as pixels can. */
async function noisy(width: number, height: number, options: sharp.JpegOptions = {}): Promise<Buffer> {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg({ quality: 50, ...options })
    .toBuffer();
}

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: '#fed' } });

const files: [string, () => Promise<Buffer> | Buffer, number, string | undefined][] = [
  ['a photo of 48 million pixels', () => noisy(8000, 6000), 201, undefined],
  [
    'a progressive photo of 20 million pixels',
    () => noisy(5000, 4000, { progressive: true }),
    201,
    undefined,
  ],
  [
    'an interlaced scan of 20 million pixels',
    () => plain(5000, 4000).png({ progressive: true }).toBuffer(),
    201,
    undefined,
  ],
  ['a PDF of 200 pages', () => pdf(200), 201, undefined],
  ['a web page', () => Buffer.from('<html><body>licence'), 415, 'document_type'],
  ['a ZIP file', () => zip, 415, 'document_type'],
  ['text that is named a PDF inside', () => Buffer.from('%PDF-1.7\nlicence'), 422, 'document_damaged'],
  ['a photo cut off', async () => (await jpeg()).subarray(0, 5000), 422, 'document_damaged'],
  ['a scan cut off', async () => (await png()).subarray(0, 200), 422, 'document_damaged'],
  ['a PDF cut off', async () => (await pdf(30)).subarray(0, 3000), 422, 'document_damaged'],
  [
    'a photo that is a ZIP file too',
    async () => Buffer.concat([await jpeg(), zip]),
    422,
    'document_ambiguous',
  ],
  [
    'a photo that is a PDF too',
    async () => Buffer.concat([await jpeg(), await pdf()]),
    422,
    'document_ambiguous',
  ],
  [
    'a PDF that is a web page too',
    async () => Buffer.concat([await pdf(), Buffer.from('<html>')]),
    422,
    'document_ambiguous',
  ],
  ['a PDF with a password', () => pdf(1, 'x', { userPassword: 'x' }), 422, 'document_encrypted'],
  ['a PDF with restrictions', () => pdf(1, 'x', { ownerPassword: 'x' }), 422, 'document_encrypted'],
  ['a PDF of 10,000 pages', () => pdf(10_000), 422, 'document_too_many_pages'],
  ['a PDF that needs gigabytes', () => pdfBomb(), 422, 'document_too_complex'],
  ['an image of 60,000 × 60,000 pixels', () => hugePng(60_000, 60_000), 422, 'document_too_many_pixels'],
  [
    'a progressive photo of 48 million pixels',
    () => noisy(8000, 6000, { progressive: true }),
    422,
    'document_too_many_pixels',
  ],
];

test.each(files)('%s', async (_name, make, status, code) => {
  const bytes = await make();
  expect(bytes.length).toBeLessThan(20 * 1024 * 1024);
  // From here on the peak is that of this file.
  writeFileSync(`/proc/${child.pid}/clear_refs`, '5');
  const [memory, seconds] = [statusOf('VmRSS'), secondsUsed()];
  const answer = await send(bytes);
  expect([answer.status, answer.code]).toEqual([status, code]);
  if (code) expect(answer.detail).toMatch(/\.$/);
  expect(statusOf('VmHWM') - memory).toBeLessThan(MOST_MEGABYTES);
  expect(secondsUsed() - seconds).toBeLessThan(MOST_SECONDS);
});

test('many of them at once need no more memory than one, and the next file is taken', async () => {
  const worst = await Promise.all([noisy(8000, 6000), pdf(10_000), noisy(5000, 4000, { progressive: true })]);
  writeFileSync(`/proc/${child.pid}/clear_refs`, '5');
  const memory = statusOf('VmRSS');
  const answers = await Promise.all([...worst, ...worst, ...worst].map(send));
  expect(answers.map(({ status }) => status)).toEqual([201, 422, 201, 201, 422, 201, 201, 422, 201]);
  expect(statusOf('VmHWM') - memory).toBeLessThan(MOST_MEGABYTES);
  expect((await send(await pdf())).status).toBe(201);
});
