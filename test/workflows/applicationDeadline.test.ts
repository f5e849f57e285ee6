import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  type ApplicationWorld,
  personNumbers,
  personSubmission,
  startApplicationWorld,
} from '../support/applications';
import { eventually } from '../support/eventually';
import { startTimeSkipping } from '../support/timeSkipping';

const DAY = 86_400_000;

let env: TestWorkflowEnvironment;
let world: ApplicationWorld;

beforeAll(async () => {
  env = await startTimeSkipping();
  world = await startApplicationWorld({ client: env.client, connection: env.nativeConnection });
}, 120_000);

afterAll(async () => {
  await world?.stop();
  await env?.teardown();
});

/** An application of which changes are requested now. */
async function changesRequested(deadline: number | null = null): Promise<string> {
  const { id } = await world.submit(personSubmission(world.sealer, personNumbers()));
  await world.update(id, 'requestChanges', { message: 'a clearer photo', deadline });
  return id;
}

/** The timeline, with the whole days that each event lies after the request for changes. */
async function timeline(id: string): Promise<[type: string, days: number][]> {
  const { rows } = await world.pool.query<{ type: string; occurred_at: Date }>(
    'SELECT type, occurred_at FROM events WHERE subject = $1 ORDER BY recorded_at',
    [`application/${id}`],
  );
  const start = rows.find(({ type }) => type === 'changes_requested')!.occurred_at.getTime();
  return rows.map(({ type, occurred_at }) => [type, Math.floor((occurred_at.getTime() - start) / DAY) || 0]);
}

const unanswered = [
  ['changes_requested', 0],
  ['reminded', 11],
  ['withdrawn', 14],
];

test('an applicant who does not answer requested changes is reminded, and their application is withdrawn at the deadline', async () => {
  const id = await changesRequested();
  expect(await world.result(id)).toBe('withdrawn');
  expect((await timeline(id)).slice(2)).toEqual(unanswered);
  expect(await world.row(id)).toMatchObject({ state: 'withdrawn', decided_by: null });
  expect((await world.mails(id)).map(({ state, subject }) => [state, subject])).toEqual([
    ['sent', '【Tributary】已收到您的分销商申请'],
    ['sent', '【Tributary】请补充或修改申请资料'],
    ['sent', '【Tributary】提醒：请尽快补充申请资料'],
    ['sent', '【Tributary】您的分销商申请已撤回'],
  ]);
});

test("the reviewer's date takes the place of the usual deadline; a short one is reminded of half-way", async () => {
  const id = await changesRequested((await env.currentTimeMs()) + 4.1 * DAY);
  await world.result(id);
  expect((await timeline(id)).slice(2)).toEqual([
    ['changes_requested', 0],
    ['reminded', 2],
    ['withdrawn', 4],
  ]);
});

test('an answer after the reminder stops the deadline', async () => {
  const id = await changesRequested();
  await env.sleep(12 * DAY);
  await world.update(id, 'resubmit', { submission: personSubmission(world.sealer, personNumbers()) });
  await env.sleep(30 * DAY);
  await world.update(id, 'reject', { reason: 'unclear' });
  expect(await world.result(id)).toBe('rejected');
  expect((await timeline(id)).map(([type]) => type)).toEqual([
    'submitted',
    'checked',
    'changes_requested',
    'reminded',
    'resubmitted',
    'checked',
    'rejected',
  ]);
});

test('a workflow that was lost while it waited reminds once and keeps the deadline', async () => {
  // This server never skips time again when a workflow ends while an activity of it runs.
  const lose = async (id: string) => {
    const handle = env.client.workflow.getHandle(`application/${id}`);
    await eventually('the mails', async () => {
      const { mailsUnderway } = await handle.query<{ mailsUnderway: string[] }>('status');
      return mailsUnderway.length === 0;
    });
    await handle.terminate('lost');
  };
  const id = await changesRequested();
  await lose(id);
  await world.start(id);
  await env.sleep(12 * DAY);
  await eventually('the reminder', async () => (await timeline(id)).at(-1)?.[0] === 'reminded');
  await lose(id);
  await world.start(id);
  expect(await world.result(id)).toBe('withdrawn');
  expect((await timeline(id)).slice(2)).toEqual(unanswered);
  expect((await world.mails(id)).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent', 'sent']);
});
