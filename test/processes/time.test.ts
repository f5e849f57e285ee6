import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { OrderEvent } from '../../domain/order';
import { parseLocalTime } from '../../domain/zonedTime';
import { expectSoundLedger } from '../support/ledger';
import {
  activatePlan,
  addDistributor,
  balanceOf,
  finished,
  type Platform,
  payment,
  payOrder,
  sendEvent,
  startPlatform,
  type TestDistributor,
} from '../support/platform';
import { startTimeSkipping } from '../support/timeSkipping';

const hour = 3_600_000;
const day = 24 * hour;

describe('the return window of 15 days, of a plan that releases automatically', () => {
  let env: TestWorkflowEnvironment;
  let platform: Platform;
  let seller: TestDistributor;

  beforeAll(async () => {
    env = await startTimeSkipping();
    platform = await startPlatform({ address: env.address });
    await activatePlan(platform, { returnWindowDays: 15, automaticRelease: true });
  });
  afterAll(async () => {
    await platform?.close();
    await env?.teardown();
  });
  beforeEach(async () => {
    seller = await addDistributor(platform.pool);
  });
  afterEach(() => expectSoundLedger(platform.pool));

  async function paid(paidAt: number): Promise<string> {
    const lines = [
      { lineId: '1', sku: 'TEA', quantity: 1, unitPrice: 1000 },
      { lineId: '2', sku: 'CUP', quantity: 1, unitPrice: 2000 },
    ];
    const order = payment({ attributionCode: seller.code, paidAt: new Date(paidAt).toISOString(), lines });
    await payOrder(platform, order);
    return order.externalId;
  }

  /** Lets time pass until this moment. */
  async function passUntil(time: number): Promise<void> {
    await env.sleep(Math.max(0, time - (await env.currentTimeMs())));
  }

  const seen = () => balanceOf(platform.pool, seller.id);

  async function linesOf(
    orderId: string,
  ): Promise<{ line: string; due: number | null; released: number | null }[]> {
    const { rows } = await platform.pool.query(
      `SELECT c.line_id AS line, c.due_at AS due, t.occurred_at AS released
       FROM commissions c LEFT JOIN transfers t ON t.commission_id = c.id AND t.from_account = 'held'
       WHERE c.order_id = $1 ORDER BY 1`,
      [orderId],
    );
    return rows.map(({ line, due, released }) => ({
      line,
      due: due?.getTime() ?? null,
      released: released?.getTime() ?? null,
    }));
  }

  test('releases at its end and not before', async () => {
    const delivered = await env.currentTimeMs();
    const order = await paid(delivered - hour);
    await sendEvent(platform, order, { type: 'delivered', at: delivered });
    await passUntil(delivered + 15 * day - hour);
    expect(await seen()).toMatchObject({ held: 300, available: 0 });
    await passUntil(delivered + 15 * day);
    await finished(platform, order);
    expect(await seen()).toMatchObject({ held: 0, available: 300 });
    for (const { due, released } of await linesOf(order)) {
      expect(due).toBe(delivered + 15 * day);
      expect(released).toBeGreaterThanOrEqual(delivered + 15 * day);
    }
  });

  test('runs for each line from its own delivery', async () => {
    const first = await env.currentTimeMs();
    const order = await paid(first - hour);
    await sendEvent(platform, order, { type: 'delivered', at: first, lineIds: ['1'] });
    await passUntil(first + 4 * day);
    const second = first + 4 * day;
    await sendEvent(platform, order, { type: 'delivered', at: second, lineIds: ['2'] });
    await passUntil(first + 15 * day + hour);
    expect(await seen()).toMatchObject({ held: 200, available: 100 });
    await passUntil(second + 15 * day - hour);
    expect(await seen()).toMatchObject({ held: 200, available: 100 });
    await passUntil(second + 15 * day);
    await finished(platform, order);
    expect(await seen()).toMatchObject({ held: 0, available: 300 });
    expect((await linesOf(order)).map(({ due }) => due)).toEqual([first + 15 * day, second + 15 * day]);
  });

  test('is paused while a return is open, and ends that much later', async () => {
    const delivered = await env.currentTimeMs();
    const order = await paid(delivered - hour);
    await sendEvent(platform, order, { type: 'delivered', at: delivered });
    await passUntil(delivered + 5 * day);
    const request: OrderEvent = {
      type: 'return_requested',
      at: delivered + 5 * day,
      returnId: 'r',
      reason: 'x',
      lines: [{ lineId: '1', quantity: 1 }],
    };
    await sendEvent(platform, order, request);
    await passUntil(delivered + 20 * day);
    // The other line is not touched by the return.
    expect(await seen()).toMatchObject({ held: 100, available: 200 });
    await sendEvent(platform, order, {
      type: 'return_rejected',
      at: delivered + 20 * day,
      returnId: 'r',
      reason: 'worn',
    });
    await passUntil(delivered + 30 * day - hour);
    expect(await seen()).toMatchObject({ held: 100, available: 200 });
    await passUntil(delivered + 30 * day);
    await finished(platform, order);
    expect(await seen()).toMatchObject({ held: 0, available: 300 });
    expect((await linesOf(order)).map(({ due }) => due)).toEqual([
      delivered + 30 * day,
      delivered + 15 * day,
    ]);
  });

  test('ends at once for a delivery that is reported three weeks late', async () => {
    const delivered = (await env.currentTimeMs()) - 21 * day;
    const order = await paid(delivered - hour);
    await sendEvent(platform, order, { type: 'delivered', at: delivered });
    await finished(platform, order);
    expect(await seen()).toMatchObject({ held: 0, available: 300 });
    expect((await linesOf(order)).map(({ due }) => due)).toEqual([
      delivered + 15 * day,
      delivered + 15 * day,
    ]);
  });

  test.each([
    '2026-03-20T10:16',
    '2026-03-28T23:30',
    '2026-03-29T02:30',
    '2026-10-20T10:16',
    '2026-10-25T01:30',
  ])(
    'that starts in London at %s is exactly 15 times 24 hours, also over the change of the clocks',
    async (local) => {
      const delivered = parseLocalTime(local, 'Europe/London')!.instant;
      const order = await paid(delivered - hour);
      await sendEvent(platform, order, { type: 'delivered', at: delivered });
      expect((await linesOf(order)).map(({ due }) => due)).toEqual(
        await platform.pool
          .query<{ end: Date }>('SELECT window_ends_at AS end FROM order_lines WHERE order_id = $1', [order])
          .then(({ rows }) => rows.map(({ end }) => end.getTime())),
      );
      expect((await linesOf(order)).map(({ due }) => due)).toEqual(Array(2).fill(delivered + 15 * day));
    },
  );
});

test("windows, ages, deadlines, month ends and the import's shift do not depend on the zone of the process", async () => {
  const script = path.join(__dirname, '..', 'support', 'zoneRules.ts');
  const runs = await Promise.all(
    ['Pacific/Kiritimati', 'America/New_York', 'Asia/Shanghai'].map(async (TZ) => {
      const env = { ...process.env, TZ };
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { env });
      return JSON.parse(stdout) as { offset: number; rules: Record<string, unknown> };
    }),
  );
  expect(runs.map(({ offset }) => offset)).toEqual([-840, 300, -480]);
  const [rules] = runs.map((run) => run.rules);
  for (const run of runs) expect(run.rules).toEqual(rules);
  const window = { endsAfterDays: 15, states: ['delivered', 'closed'] };
  expect(rules).toMatchObject({
    windowInMarch: window,
    windowInOctober: window,
    windowOverLeapDay: window,
    ageBefore29February: 17,
    ageAt28February: 18,
    lastDayIsValid: { code: 'validity_valid' },
    dayAfterIsNot: { code: 'validity_expired' },
    reminder: Date.parse('2026-03-12T00:00:00+08:00'),
    mailInShanghai: expect.stringContaining('March 1, 2026'),
    mailInNewYork: expect.stringContaining('February 28, 2026'),
    monthEndInShanghai: '2026-03-01T04:00:00+08:00',
    monthEndInNewYork: '2026-02-28T15:00:00-05:00',
    yearAfterLeapDay: '2029-03-01T12:00:00+08:00',
    shiftOverSummerTime: 5482,
  });
});
