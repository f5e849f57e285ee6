import { randomUUID } from 'node:crypto';
import { ApplicationFailure, Client, Connection, WorkflowUpdateFailedError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Activities } from '../../activities';
import { createApplicationActivities } from '../../activities/application/application';
import { openProcesses } from '../../database/recovery';
import type { Refusal } from '../../database/refusal';
import {
  type ApplicationWorld,
  companyNumbers,
  personNumbers,
  personSubmission,
  startApplicationWorld,
} from '../support/applications';
import { testConfig } from '../support/config';
import { eventually } from '../support/eventually';
import { smtpAnswer, startSmtp } from '../support/smtp';

let connection: Connection;
let nativeConnection: NativeConnection;
let client: Client;
const worlds: ApplicationWorld[] = [];

beforeAll(async () => {
  const address = process.env.TEST_TEMPORAL_ADDRESS!;
  connection = await Connection.connect({ address });
  nativeConnection = await NativeConnection.connect({ address });
  client = new Client({ connection, namespace: process.env.TEST_TEMPORAL_NAMESPACE });
});

afterAll(async () => {
  await Promise.all(worlds.map((world) => world.stop()));
  await connection.close();
  await nativeConnection.close();
});

async function start(options: Partial<Parameters<typeof startApplicationWorld>[0]> = {}) {
  const world = await startApplicationWorld({ client, connection: nativeConnection, ...options });
  worlds.push(world);
  return world;
}

/** What an update was refused with. */
async function refusalOf(update: Promise<unknown>): Promise<Refusal> {
  const error = await update.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkflowUpdateFailedError)) throw new Error(`expected a refusal, got ${error}`);
  let cause: unknown = error.cause;
  while (cause instanceof Error && !(cause instanceof ApplicationFailure)) cause = cause.cause;
  return (cause as ApplicationFailure).details?.[0] as Refusal;
}

/** Ids of the applications that recovery would start a workflow for. */
async function openApplications(world: ApplicationWorld): Promise<unknown[]> {
  const ids: unknown[] = [];
  for await (const page of openProcesses(world.pool, 'application')) ids.push(...page.map(({ id }) => id));
  return ids;
}

function failedChecks(world: ApplicationWorld, id: string) {
  return world.pool
    .query<{ name: string; code: string; reason: string }>(
      'SELECT name, code, reason FROM application_checks WHERE application_id = $1 AND NOT passed ORDER BY name',
      [id],
    )
    .then(({ rows }) => rows);
}

function eventTypes(world: ApplicationWorld, id: string): Promise<string[]> {
  return world.pool
    .query<{ type: string }>('SELECT type FROM events WHERE subject = $1 ORDER BY recorded_at', [
      `application/${id}`,
    ])
    .then(({ rows }) => rows.map(({ type }) => type));
}

test('an approved application becomes a distributor with tier, sponsor and referral code, and both are mailed', async () => {
  const world = await start();
  const first = await world.submit(personSubmission(world.sealer, personNumbers()));
  expect(first.answer).toMatchObject({ state: 'submitted', round: 1 });
  const sponsor = await world.update(first.id, 'approve', { tier: 'gold', note: null });
  expect(sponsor).toMatchObject({ state: 'approved', distributorId: expect.any(String) });
  expect(await world.result(first.id)).toBe('approved');
  const { rows: sponsors } = await world.pool.query<{ referral_code: string }>('SELECT * FROM distributors');
  expect(sponsors).toMatchObject([
    {
      id: sponsor.distributorId,
      tier: 'gold',
      referral_code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{8}$/),
    },
  ]);
  expect(await failedChecks(world, first.id)).toEqual([]);
  expect(await eventTypes(world, first.id)).toEqual(['submitted', 'checked', 'approved']);
  expect((await world.mails(first.id)).map(({ state }) => state)).toEqual(['sent', 'sent']);
  expect(world.smtp.received.at(-1)?.text).toContain(sponsors[0]?.referral_code);

  const code = sponsors[0]!.referral_code;
  const second = await world.submit(
    personSubmission(world.sealer, personNumbers(), {
      sponsorCode: `${code.slice(0, 4)}-${code.slice(4).toLowerCase()}`,
    }),
  );
  await world.update(second.id, 'approve', { tier: 'silver', note: null });
  const { rows } = await world.pool.query(
    'SELECT d.sponsor_id, c.distributor_id AS of_credential, d.id FROM distributors d JOIN credentials c ON c.distributor_id = d.id WHERE d.application_id = $1',
    [second.id],
  );
  expect(rows).toEqual([{ sponsor_id: sponsor.distributorId, of_credential: rows[0].id, id: rows[0].id }]);
});

test('each automatic check says what is wrong and which other application it collides with', async () => {
  const world = await start();
  const numbers = personNumbers();
  const first = await world.submit(personSubmission(world.sealer, numbers));
  const minor = personNumbers();
  const wrong = {
    ...numbers,
    identityNumber: `${minor.identityNumber.slice(0, 17)}${minor.identityNumber.endsWith('1') ? '2' : '1'}`,
  };
  await world.pool.query(
    `INSERT INTO blacklist_entries (id, kind, number_hash, number_masked, reason, created_by)
     VALUES ($1, 'phone', decode($2, 'hex'), '****', 'fraud', $3)`,
    [randomUUID(), personSubmission(world.sealer, numbers).phoneHash, world.compliance.userId],
  );
  const submission = personSubmission(world.sealer, wrong, { sponsorCode: '00000000' });
  submission.credentials = [{ ...submission.credentials[0]!, type: 'food_permit', validUntil: '2020-01-01' }];
  const { id } = await world.submit(submission);
  expect(await refusalOf(world.update(id, 'approve', { tier: 'gold', note: 'known to us' }))).toMatchObject({
    code: 'blacklisted',
  });
  const failed = await failedChecks(world, id);
  expect(failed.map(({ name, code }) => [name, code])).toEqual([
    ['blacklist', 'blacklisted'],
    ['credential/1/validity', 'validity_expired'],
    ['duplicate/bank_account', 'bank_account_duplicate'],
    ['duplicate/phone', 'phone_duplicate'],
    ['identity_number', 'identity_check_character'],
    ['sponsor', 'sponsor_unknown'],
  ]);
  for (const { name, reason } of failed) {
    if (name.startsWith('duplicate/')) expect(reason).toContain(`application ${first.id}`);
    expect(reason).not.toContain(numbers.bankAccount);
  }
});

test('a failed check does not reject automatically, but approving in spite of it needs a note', async () => {
  const world = await start();
  const { id } = await world.submit(
    personSubmission(world.sealer, { ...personNumbers(), bankAccount: '123' }),
  );
  expect(await refusalOf(world.update(id, 'approve', { tier: 'gold', note: null }))).toMatchObject({
    code: 'note_required',
    status: 422,
    pointer: '/note',
  });
  expect(await world.update(id, 'approve', { tier: 'gold', note: 'Account seen on paper' })).toMatchObject({
    state: 'approved',
  });
});

test('an account of somebody else and an identity card of a third person fail three checks', async () => {
  const world = await start();
  const submission = personSubmission(world.sealer, personNumbers());
  const card = world.sealer.protect('credential/resident_identity_card', personNumbers().identityNumber);
  const { id } = await world.submit({
    ...submission,
    bankAccount: { ...submission.bankAccount, holder: '李四' },
    credentials: [{ ...submission.credentials[0]!, holder: '张三', number: card }],
  });
  expect(await refusalOf(world.update(id, 'approve', { tier: 'gold', note: null }))).toMatchObject({
    code: 'note_required',
    message: expect.stringContaining('credential/1/holder, credential/1/identity, holder/bank_account'),
  });
  expect((await failedChecks(world, id)).map(({ name, code }) => [name, code])).toEqual([
    ['credential/1/holder', 'holder_differs'],
    ['credential/1/identity', 'identity_differs'],
    ['holder/bank_account', 'holder_differs'],
  ]);
  const note = 'Married last year; certificate seen';
  expect(await world.update(id, 'approve', { tier: 'gold', note })).toMatchObject({ state: 'approved' });
});

test('an identity number that a distributor has cannot be approved again, note or not', async () => {
  const world = await start();
  const numbers = companyNumbers();
  const company = () => ({ ...personSubmission(world.sealer, numbers), kind: 'company' as const });
  const first = await world.submit(company());
  const second = await world.submit(company());
  await world.update(first.id, 'approve', { tier: 'gold', note: 'same owner' });
  expect(
    await refusalOf(world.update(second.id, 'approve', { tier: 'gold', note: 'same owner' })),
  ).toMatchObject({
    code: 'identity_number_taken',
    status: 409,
  });
  expect(await world.row(second.id)).toMatchObject({ state: 'in_review' });
});

test('requested changes are answered by a new round with checks of its own', async () => {
  const world = await start();
  const numbers = personNumbers();
  const { id } = await world.submit(personSubmission(world.sealer, { ...numbers, bankAccount: '123' }));
  expect(
    await world.update(id, 'requestChanges', { message: '请更正银行账号', deadline: null }),
  ).toMatchObject({ state: 'changes_requested' });
  expect(await refusalOf(world.update(id, 'approve', { tier: 'gold', note: null }))).toMatchObject({
    code: 'application_state',
    status: 409,
  });
  expect(
    await world.update(id, 'resubmit', { submission: personSubmission(world.sealer, numbers) }),
  ).toMatchObject({ state: 'in_review', round: 2 });
  await world.update(id, 'approve', { tier: 'gold', note: null });
  await world.result(id);
  expect(await eventTypes(world, id)).toEqual([
    'submitted',
    'checked',
    'changes_requested',
    'resubmitted',
    'checked',
    'approved',
  ]);
  expect((await world.mails(id)).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent', 'sent']);
  expect(world.smtp.received.some(({ text }) => text?.includes('请更正银行账号'))).toBe(true);
});

test('of an approval and a rejection at once exactly one is carried out', async () => {
  const world = await start();
  for (let round = 0; round < 5; round++) {
    const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
    const decisions = await Promise.allSettled([
      world.update(id, 'approve', { tier: 'gold', note: null }),
      refusalOf(world.update(id, 'reject', { reason: 'unclear' })),
      world.update(id, 'approve', { tier: 'silver', note: null }),
    ]);
    const row = await world.row(id);
    const { rows } = await world.pool.query('SELECT tier FROM distributors WHERE application_id = $1', [id]);
    const { rows: audits } = await world.pool.query('SELECT action FROM audit_entries WHERE subject = $1', [
      `application/${id}`,
    ]);
    expect(audits).toHaveLength(1);
    expect(rows).toEqual(row.state === 'approved' ? [{ tier: row.tier }] : []);
    expect(decisions.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    expect(await world.mails(id)).toHaveLength(2);
  }
});

test('a decision after another is refused with what was decided', async () => {
  const slow = await startSmtp({
    onRcptTo: (_address, _session, done) => done(smtpAnswer(451, 'try later')),
  });
  const world = await start({ smtp: slow });
  const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
  await world.update(id, 'reject', { reason: 'unclear' });
  expect(await refusalOf(world.update(id, 'approve', { tier: 'gold', note: null }))).toMatchObject({
    code: 'application_decided',
    status: 409,
    message: expect.stringContaining('rejected'),
  });
});

test('an applicant may withdraw until it is decided', async () => {
  const world = await start();
  const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
  expect(await world.update(id, 'withdraw', {})).toMatchObject({ state: 'withdrawn' });
  expect(await world.result(id)).toBe('withdrawn');
});

test('the same submission twice is one application, another one under its id is refused', async () => {
  const world = await start();
  const submission = personSubmission(world.sealer, personNumbers());
  const { id } = await world.submit(submission);
  await world.update(id, 'reject', { reason: 'unclear' });
  await world.result(id);
  expect((await world.submit(submission, id)).answer).toMatchObject({ state: 'rejected' });
  await world.result(id);
  const other = personSubmission(world.sealer, personNumbers());
  expect(await refusalOf(world.submit(other, id))).toMatchObject({
    code: 'application_differs',
    status: 409,
  });
  expect(await world.result(id)).toBe('refused');
  expect(await world.mails(id)).toHaveLength(2);
});

describe('when the mail server', () => {
  test('refuses the recipient for good, the mail is undeliverable with the reason and the process goes on', async () => {
    const smtp = await startSmtp({
      onRcptTo: (_address, _session, done) => done(smtpAnswer(550, 'no such user')),
    });
    const world = await start({ smtp });
    const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
    await world.update(id, 'approve', { tier: 'gold', note: null });
    expect(await world.result(id)).toBe('approved');
    expect(await world.mails(id)).toMatchObject([
      { state: 'undeliverable', attempts: 1, last_error: expect.stringContaining('no such user') },
      { state: 'undeliverable', attempts: 1, last_error: expect.stringContaining('no such user') },
    ]);
  });

  test('fails or stalls, decisions go through, attempts show, and each mail arrives once it is back', async () => {
    let behaviour: 'fail' | 'stall' | 'work' = 'fail';
    const smtp = await startSmtp({
      onRcptTo(_address, _session, done) {
        if (behaviour === 'fail') done(smtpAnswer(451, 'greylisted'));
        else if (behaviour === 'work') done();
      },
    });
    const world = await start({ smtp });
    const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
    await world.update(id, 'approve', { tier: 'gold', note: null });
    await eventually('the first attempts', async () =>
      (await world.mails(id)).every(({ last_error }) => last_error?.includes('greylisted')),
    );
    behaviour = 'stall';
    await eventually('a time-out', async () =>
      (await world.mails(id)).some(({ last_error }) => /timeout/i.test(last_error ?? '')),
    );
    behaviour = 'work';
    expect(await world.result(id)).toBe('approved');
    const mails = await world.mails(id);
    expect(mails).toMatchObject([
      { state: 'sent', last_error: null },
      { state: 'sent', last_error: null },
    ]);
    expect(Math.max(...mails.map(({ attempts }) => attempts))).toBeGreaterThan(2);
    expect(smtp.received).toHaveLength(2);
  });

  test('took a mail but the worker died before it could note that, the copy has the same Message-ID', async () => {
    const world = await start({
      wrap: (activities) => {
        let died = false;
        return {
          ...activities,
          async deliverMail(key) {
            const outcome = await activities.deliverMail(key);
            if (died) return outcome;
            died = true;
            await world.pool.query(`UPDATE mails SET state = 'pending', sent_at = NULL WHERE key = $1`, [
              key,
            ]);
            throw new Error('killed');
          },
        };
      },
    });
    const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
    await eventually('the second copy', async () => world.smtp.received.length === 2);
    const [first, second] = world.smtp.received;
    expect(first?.messageId).toMatch(/^<[\da-f]{40}@tributary\.example>$/);
    expect(second?.messageId).toBe(first?.messageId);
    await world.update(id, 'withdraw', {});
  });
});

/** Lets each activity run to its end and then loses its answer, the first time. */
function losingAnswers(activities: Activities): Activities {
  const lost = new Set<string>();
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      const answer = await (activity as (...args: unknown[]) => Promise<unknown>)(...args);
      const { now: _now, ...request } = typeof args[0] === 'object' ? (args[0] as { now?: number }) : {};
      const call = `${name} ${JSON.stringify([request, args[0] && typeof args[0] === 'string' ? args[0] : ''])}`;
      if (lost.has(call)) return answer;
      lost.add(call);
      throw new Error('the worker was killed after the commit');
    },
  ]);
  return Object.fromEntries(wrapped) as Activities;
}

test('a worker that dies after each commit doubles nothing', async () => {
  const world = await start({ wrap: losingAnswers });
  const numbers = personNumbers();
  const { id } = await world.submit(personSubmission(world.sealer, numbers));
  await world.update(id, 'requestChanges', { message: 'a clearer photo', deadline: null });
  await world.update(id, 'resubmit', {
    submission: personSubmission(world.sealer, numbers, { locale: 'en' }),
  });
  await world.update(id, 'approve', { tier: 'gold', note: null });
  expect(await world.result(id)).toBe('approved');
  expect(await eventTypes(world, id)).toEqual([
    'submitted',
    'checked',
    'changes_requested',
    'resubmitted',
    'checked',
    'approved',
  ]);
  const counts = await world.pool.query(
    `SELECT (SELECT count(*)::int FROM distributors) AS distributors, (SELECT count(*)::int FROM credentials) AS credentials,
       (SELECT count(*)::int FROM audit_entries) AS audits, (SELECT count(*)::int FROM mails WHERE state = 'sent') AS mails,
       (SELECT count(*)::int FROM users WHERE role = 'distributor') AS users`,
  );
  expect(counts.rows).toEqual([{ distributors: 1, credentials: 2, audits: 4, mails: 4, users: 1 }]);
  expect(world.smtp.received).toHaveLength(4);
  expect((await world.row(id)).round).toBe(2);
});

test('an application whose workflow was lost goes on from its rows, wherever it stood, and mails nothing twice', async () => {
  const world = await start();
  const lose = (id: string) => client.workflow.getHandle(`application/${id}`).terminate('lost');
  const numbers = personNumbers();
  const { id } = await world.submit(personSubmission(world.sealer, numbers));
  await lose(id);
  expect(await openApplications(world)).toEqual([id]);
  await world.start(id);
  await world.update(id, 'requestChanges', { message: 'a clearer photo', deadline: null });
  await lose(id);
  await world.start(id);
  await world.update(id, 'resubmit', { submission: personSubmission(world.sealer, numbers) });
  await lose(id);
  await world.start(id);
  await world.update(id, 'approve', { tier: 'gold', note: null });
  await world.result(id);
  expect(await eventTypes(world, id)).toEqual([
    'submitted',
    'checked',
    'changes_requested',
    'resubmitted',
    'checked',
    'approved',
  ]);
  expect(await openApplications(world)).toEqual([]);
  const mails = await world.mails(id);
  expect(mails.map(({ state }) => state)).toEqual(['sent', 'sent', 'sent', 'sent']);
  expect(new Set(world.smtp.received.map(({ messageId }) => messageId)).size).toBe(4);
});

test('a mail that was not out when the workflow of a decided application was lost goes out after recovery', async () => {
  const world = await start();
  const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
  await world.update(id, 'approve', { tier: 'gold', note: null });
  await world.result(id);
  await world.pool.query(
    `UPDATE mails SET state = 'pending' WHERE subject_ref = $1 AND key LIKE '%/approved/%'`,
    [`application/${id}`],
  );
  expect(await openApplications(world)).toEqual([id]);
  await world.start(id);
  await world.result(id);
  expect((await world.mails(id)).map(({ state }) => state)).toEqual(['sent', 'sent']);
  expect(await openApplications(world)).toEqual([]);
});

test('no plain identity number or bank account is in the database, in a mail or in the history', async () => {
  const world = await start();
  const numbers = personNumbers();
  const { id } = await world.submit(personSubmission(world.sealer, numbers));
  await world.update(id, 'requestChanges', { message: 'again', deadline: null });
  await world.update(id, 'resubmit', { submission: personSubmission(world.sealer, numbers) });
  await world.update(id, 'approve', { tier: 'gold', note: null });
  await world.result(id);
  const { rows: tables } = await world.pool.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  let text = world.smtp.received.map(({ text, subject }) => `${subject} ${text}`).join();
  for (const { name } of tables) {
    const { rows } = await world.pool.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    text += rows.map((row) => row.text).join();
  }
  const history = await client.workflow.getHandle(`application/${id}`).fetchHistory();
  text += textOf(history);
  expect(text).toContain('wang@example.com');
  expect(text).toContain(`****${numbers.bankAccount.slice(-4)}`);
  expect(text).not.toContain(numbers.identityNumber);
  expect(text).not.toContain(numbers.bankAccount);
});

/** All texts of a history, with its payloads decoded. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'object' && value !== null) return Object.values(value).map(textOf).join('\n');
  return String(value);
}

test('a resubmission whose answer was lost is checked before it is decided on', async () => {
  const world = await start();
  const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
  await world.update(id, 'requestChanges', { message: 'a clearer photo', deadline: null });
  // Committed by a server that died before the history had it.
  await createApplicationActivities({ pool: world.pool, config: testConfig() }).resubmitApplication({
    applicationId: id,
    commandId: randomUUID(),
    actor: { userId: null, name: 'applicant' },
    now: Date.now(),
    submission: personSubmission(world.sealer, personNumbers()),
  });
  const approve = () => world.update(id, 'approve', { tier: 'gold', note: null });
  expect(await refusalOf(approve())).toMatchObject({ code: 'application_state' });
  await eventually('the checks of the second round', async () => {
    const { rowCount } = await world.pool.query(
      `SELECT FROM events WHERE subject = $1 AND key = 'checked/2'`,
      [`application/${id}`],
    );
    return rowCount === 1;
  });
  expect(await approve()).toMatchObject({ state: 'approved', round: 2 });
});
