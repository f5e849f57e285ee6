import { randomUUID } from 'node:crypto';
import { startApi, startWorker, type TestApi } from '../../support/api';
import { type Numbers, personNumbers } from '../../support/applications';
import { eventually } from '../../support/eventually';
import { makePerson } from '../../support/person';
import { startSmtp, type TestSmtp } from '../../support/smtp';

let smtp: TestSmtp;
let api: TestApi;
/** Another API process on the same database. */
let replica: TestApi;
let stopWorker: () => Promise<void>;
let compliance: string;
beforeAll(async () => {
  smtp = await startSmtp();
  const settings = { TRUST_PROXY: 'true', SMTP_URL: smtp.url, PUBLIC_MAILS_PER_ORIGIN_HOUR: '8' };
  api = await startApi(settings);
  const { DATABASE_URL: databaseUrl, TEMPORAL_TASK_QUEUE } = api.context.config;
  const temporalAddress = process.env.TEST_TEMPORAL_ADDRESS as string;
  replica = await startApi({ ...settings, TEMPORAL_TASK_QUEUE }, { databaseUrl, temporalAddress });
  stopWorker = await startWorker(api.context);
  compliance = await api.keyFor('compliance');
});
afterAll(async () => {
  await stopWorker();
  await replica.stop();
  await api.stop();
  await smtp.stop();
});

const form = (email: string, change: object = {}, numbers: Numbers = personNumbers()) => ({
  kind: 'person',
  name: 'CLAIM YOUR PRIZE at evil.example',
  email,
  phone: numbers.phone,
  channels: ['CHANNEL at evil.example'],
  region: 'REGION at evil.example',
  locale: 'en',
  identityNumber: numbers.identityNumber,
  bankAccount: {
    number: numbers.bankAccount,
    holder: 'HOLDER at evil.example',
    bankName: 'BANK at evil.example',
  },
  credentials: [
    {
      type: 'resident_identity_card',
      number: numbers.identityNumber,
      holder: 'HOLDER at evil.example',
      validFrom: '2015-01-01',
    },
  ],
  ...change,
});

let origins = 0;
const somewhere = () => `10.2.${origins >> 8}.${origins++ & 255}`;
const someone = () => `${randomUUID()}@example.com`;
const apply = (email: string, { at = api, from = somewhere(), key = randomUUID(), change = {} } = {}) =>
  at.call('POST', '/v1/applications', {
    body: form(email, change),
    headers: { 'X-Forwarded-For': from, 'Idempotency-Key': key },
  });
const asApplicant = (path: string, token: string, body?: object) =>
  api.call('POST', path, { body, headers: { 'X-Applicant-Token': token, 'X-Forwarded-For': somewhere() } });
const mailsTo = (email: string) =>
  smtp.received.filter(({ to }) => to?.some(({ address }) => address === email));
const tooMany = {
  status: 429,
  body: { type: '/problems/too_many_mails', status: 429 },
};
const later = (hours: number) =>
  api.context.pool.query('UPDATE public_mails SET at = at - make_interval(hours => $1)', [hours]);

test('no mail that anybody can cause without signing in holds a text of the sender', async () => {
  const email = someone();
  const { body } = await apply(email);
  const { id, applicantToken } = body;
  expect((await asApplicant(`/v1/applications/${id}/withdraw`, applicantToken)).status).toBe(200);
  await eventually('both mails', () => mailsTo(email).length === 2);
  for (const { subject, text } of mailsTo(email)) {
    expect(`${subject}\n${text}`).not.toMatch(/evil|example\.com|PRIZE|HOLDER|BANK|REGION|CHANNEL/);
    expect(text).toContain(id);
  }
});

test('three mails an hour and ten a day reach one mailbox, over all processes and however it is written', async () => {
  const box = randomUUID();
  const spellings = [`${box}@example.com`, `${box.toUpperCase()}@EXAMPLE.com`, `${box}+offer@example.com`];
  const attempts = () =>
    Promise.all(
      Array.from({ length: 10 }, (_, n) => apply(spellings[n % 3]!, { at: n % 2 ? api : replica })),
    );
  const counts = async () => {
    const answers = await attempts();
    const refused = answers.filter(({ status }) => status !== 201);
    for (const answer of refused) {
      expect(answer).toMatchObject(tooMany);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    return answers.length - refused.length;
  };
  const taken = [];
  for (let hour = 0; hour < 5; hour++) {
    taken.push(await counts());
    await later(1);
  }
  expect(taken).toEqual([3, 3, 3, 1, 0]);
  const waiting = await apply(spellings[0]!);
  expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(3600);
  expect((await apply(someone())).status).toBe(201);
  // A forgotten password is a mail to the same mailbox.
  const link = { body: { email: spellings[2] }, headers: { 'X-Forwarded-For': somewhere() } };
  expect(await replica.call('POST', '/v1/sign-in-links', link)).toMatchObject(tooMany);
  await later(24);
  expect((await replica.call('POST', '/v1/sign-in-links', link)).status).toBe(202);
});

test('one network address sends a bounded number of applications, over all processes', async () => {
  const from = somewhere();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => apply(someone(), { from, at: n % 2 ? api : replica })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(8);
  expect(answers.find(({ status }) => status !== 201)).toMatchObject(tooMany);
  expect((await apply(someone(), { from: somewhere() })).status).toBe(201);
});

test('a request that is sent again counts once', async () => {
  const email = someone();
  const key = randomUUID();
  const body = form(email);
  const again = () =>
    api.call('POST', '/v1/applications', {
      body,
      headers: { 'X-Forwarded-For': somewhere(), 'Idempotency-Key': key },
    });
  const ids = await Promise.all(Array.from({ length: 6 }, again));
  expect(new Set(ids.map((answer) => answer.body.id)).size).toBe(1);
  expect([(await apply(email)).status, (await apply(email)).status, (await apply(email)).status]).toEqual([
    201, 201, 429,
  ]);
});

test('the answers do not tell whether an address is known here', async () => {
  const known = await makePerson(api, 'finance');
  const shown = async (email: string) => {
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await apply(email));
    return answers.map(({ status, body }) => [
      status,
      Object.keys(body),
      body.type,
      body.state === undefined,
    ]);
  };
  expect(await shown(known.email)).toEqual(await shown(someone()));
});

test('an applicant who is asked for changes gets all mails about it, whatever others had sent to the address', async () => {
  const email = someone();
  const { body } = await apply(email);
  const { id, applicantToken: token } = body;
  await apply(email);
  await apply(email);
  expect(await apply(email)).toMatchObject(tooMany);
  // Neither are staff bounded, who apply for somebody.
  const byStaff = await api.call('POST', '/v1/applications', { key: compliance, body: form(email) });
  expect(byStaff.status).toBe(201);
  const asked = await api.call('POST', `/v1/applications/${id}/request-changes`, {
    key: compliance,
    body: { message: 'Please correct the region.' },
  });
  expect(asked.status).toBe(200);
  const change = { name: 'Li Wei', region: 'CN-31' };
  expect((await asApplicant(`/v1/applications/${id}/resubmit`, token, form(email, change))).status).toBe(200);
  await eventually('the mails', () => mailsTo(email).length === 6);
  expect(
    mailsTo(email)
      .map(({ subject = '' }) => subject.replace('Tributary: ', ''))
      .sort(),
  ).toEqual([
    'Please complete your application',
    ...Array(4).fill('We have received your application'),
    'We have received your changes',
  ]);
  // Beyond the bound the application is withdrawn all the same, without one more mail.
  expect((await asApplicant(`/v1/applications/${id}/withdraw`, token)).body.state).toBe('withdrawn');
  const { rows } = await api.context.pool.query('SELECT count(*)::int AS n FROM mails WHERE recipient = $1', [
    email,
  ]);
  expect(rows).toEqual([{ n: 6 }]);
});
