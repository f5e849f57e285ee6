import { liveWorkers, type TaskQueue } from '../../api/reports/workers';
import { startApi, startWorker, type TestApi } from '../support/api';
import { eventually } from '../support/eventually';

const state = async (api: TestApi, key: string) =>
  (await api.call('GET', '/v1/system/processing', { key })).body.state;

test('staff of every role see whether a worker runs, before any has started and after', async () => {
  const api = await startApi();
  const keys = await Promise.all(
    (['admin', 'compliance', 'finance', 'operator'] as const).map((role) => api.keyFor(role)),
  );
  for (const key of keys) expect(await state(api, key)).toBe('no_worker');
  const stopWorker = await startWorker(api.context);
  await eventually('it works', async () => (await state(api, keys[0]!)) === 'working');
  await stopWorker();
  await api.stop();
});

test('while Temporal is away no worker runs, and the answer names the cause', async () => {
  const { url: databaseUrl, api: own } = await startApi().then((api) => ({
    api,
    url: api.context.config.DATABASE_URL,
  }));
  const api = await startApi({}, { databaseUrl, temporalAddress: '127.0.0.1:1' });
  expect(await state(api, await api.keyFor('compliance'))).toBe('temporal_away');
  await api.stop();
  await own.stop();
});

describe('of the workers that Temporal remembers', () => {
  const now = new Date('2026-11-28T12:00:00Z');
  const queue = (secondsAgo: number, backlogAgeMs: number | null = null): TaskQueue => ({
    type: 'workflow',
    backlog: backlogAgeMs ? 3 : 0,
    backlogAgeMs,
    pollers: [{ identity: '1@host', lastSeenAt: new Date(now.getTime() - secondsAgo * 1000) }],
  });
  test.each([
    ['one without work asks once a minute', [queue(61)], true],
    ['one that has not asked for longer than that is dead', [queue(80)], false],
    ['one that leaves tasks waiting is dead sooner', [queue(30, 20_000)], false],
    ['one that works off what waits lives', [queue(1, 20_000)], true],
    ['one that asks for activities only lives', [queue(80), queue(5)], true],
  ])('%s', (_rule, queues, lives) => {
    expect([...liveWorkers(queues, now).keys()]).toEqual(lives ? ['1@host'] : []);
  });
});
