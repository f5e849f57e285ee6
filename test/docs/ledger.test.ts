import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { liftHolds, placeHold } from '../../database/holds';
import type { OrderEvent } from '../../domain/order';
import { expectSoundLedger } from '../support/ledger';
import { sendUpdate } from '../support/payouts';
import {
  activatePlan,
  addDistributor,
  balanceOf,
  type Platform,
  payment,
  payOrder,
  sendEvent,
  sendLateEvent,
  startPlatform,
  type TestDistributor,
  unique,
} from '../support/platform';

/*
 * Plays every example of docs/ledger.md on the real system. An example is a heading "### Example: …" and a table whose
 * rows are a step, the transfers that it posts and the balances after it.
 */

interface Row {
  step: string;
  transfers: string[];
  balance: string;
}

const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'ledger.md'), 'utf8');
const examples = page
  .split(/^### Example: /m)
  .slice(1)
  .map((text): [string, Row[]] => [text.split('\n', 1)[0]!, rowsOf(text.split(/^#/m, 1)[0]!)]);

function rowsOf(text: string): Row[] {
  const cells = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return cells.slice(2).map(([, step, transfers, ...balance]) => ({
    step: step!,
    transfers: transfers!.replaceAll('`', '').split('<br>').filter(Boolean),
    balance: balance.slice(0, 4).join(' '),
  }));
}

const day = 86_400_000;
let platform: Platform;
let by: { userId: string; name: string };

beforeAll(async () => {
  platform = await startPlatform();
  by = { userId: platform.userId, name: 'admin' };
});
afterAll(() => platform.close());

test('docs/ledger.md has examples', () => {
  expect(examples.length).toBeGreaterThan(7);
  for (const [, rows] of examples) expect(rows).not.toEqual([]);
});

test.each(examples)('docs/ledger.md: %s', async (_title, rows) => {
  const example = createExample(await addDistributor(platform.pool));
  const played: Row[] = [];
  for (const { step } of rows) {
    await example.play(step);
    played.push({ step, ...(await example.look()) });
  }
  expect(played).toEqual(rows);
  await expectSoundLedger(platform.pool);
});

/** One example with its one distributor, its orders by letter, and its last withdrawal. */
function createExample(distributor: TestDistributor) {
  const { pool } = platform;
  const orders = new Map<string, { id: string; commissionId: number }>();
  /** Ids as the database has them, and what the page calls them. */
  const names: [string, string][] = [];
  let withdrawalId = '';
  let returns = 0;
  let lastTransfer = 0;

  const steps: [RegExp, (...words: string[]) => Promise<void>][] = [
    [/^order (\w): (\d+) × (\d+) at (\d+) %(, automatic)?$/, order],
    [/^deliver (\w)$/, (letter) => event(letter, { type: 'delivered', at: Date.now() - 20 * day })],
    [/^cancel (\w)$/, (letter) => event(letter, { type: 'canceled', at: Date.now(), reason: 'x' })],
    [/^return (\d+) of (\w)$/, giveBack],
    [/^hold (\w)$/, hold],
    [/^lift the hold of (\w)$/, unhold],
    [/^release$/, release],
    [/^withdraw (\d+)$/, withdraw],
    [/^withdrawal (paid|failed)$/, settle],
    [/^withdrawal canceled$/, () => decide('cancel')],
  ];

  async function order(
    letter: string,
    quantity: string,
    unitPrice: string,
    percent: string,
    automatic?: string,
  ) {
    await activatePlan(platform, {
      levels: [{ default: { rateBp: Number(percent) * 100 } }],
      automaticRelease: automatic !== undefined,
    });
    const paid = payment({
      attributionCode: distributor.code,
      paidAt: new Date(Date.now() - 30 * day).toISOString(),
      lines: [{ lineId: '1', sku: 'TEA', quantity: Number(quantity), unitPrice: Number(unitPrice) }],
    });
    await payOrder(platform, paid);
    const { rows } = await pool.query<{ id: number }>('SELECT id FROM commissions WHERE order_id = $1', [
      paid.externalId,
    ]);
    orders.set(letter, { id: paid.externalId, commissionId: rows[0]!.id });
    names.push([`commission/${rows[0]!.id}/`, `commission/${letter}/`]);
  }

  async function event(letter: string, happened: OrderEvent): Promise<void> {
    const { id } = orders.get(letter)!;
    const { rows } = await pool.query<{ state: string }>('SELECT state FROM orders WHERE id = $1', [id]);
    if (rows[0]!.state === 'open') await sendEvent(platform, id, happened);
    else if ('returnId' in happened) await sendLateEvent(platform, id, happened);
    else throw new Error(`order ${letter} is closed`);
  }

  async function giveBack(quantity: string, letter: string): Promise<void> {
    const returnId = `r${++returns}`;
    const at = Date.now();
    const lines = [{ lineId: '1', quantity: Number(quantity) }];
    await event(letter, { type: 'return_requested', at, returnId, reason: 'x', lines });
    await event(letter, { type: 'return_refunded', at, returnId });
  }

  async function hold(letter: string): Promise<void> {
    const { commissionId } = orders.get(letter)!;
    await placeHold(pool, { id: randomUUID(), commissionId, reason: 'risk', note: 'x', by }, Date.now());
  }

  async function unhold(letter: string): Promise<void> {
    const { commissionId } = orders.get(letter)!;
    await liftHolds(pool, { decisionId: randomUUID(), commissionId, note: 'x', by }, Date.now());
  }

  async function release(): Promise<void> {
    const id = randomUUID();
    const selection = { dueBefore: new Date().toISOString(), distributorId: distributor.id };
    await sendUpdate(platform, 'release', id, 'propose', { id, selection, by }, { resume: false });
    await sendUpdate(platform, 'release', id, 'approve', { id, decisionId: randomUUID(), by });
    await platform.client.workflow.getHandle(`release/${id}`).result();
  }

  async function withdraw(amount: string): Promise<void> {
    withdrawalId = randomUUID();
    names.push([withdrawalId, 'W']);
    const request = {
      id: withdrawalId,
      distributorId: distributor.id,
      amount: Number(amount),
      currency: 'CNY',
      by,
    };
    await sendUpdate(platform, 'withdrawal', withdrawalId, 'request', request, { resume: false });
  }

  async function decide(update: string): Promise<void> {
    const decision = { id: withdrawalId, decisionId: randomUUID(), by };
    await sendUpdate(platform, 'withdrawal', withdrawalId, update, decision);
  }

  async function settle(outcome: string): Promise<void> {
    await decide('approve');
    const id = randomUUID();
    await sendUpdate(platform, 'payout', id, 'open', { id, currency: 'CNY', by }, { resume: false });
    const failed = outcome === 'failed' ? [{ withdrawalId, reason: unique('x') }] : [];
    await sendUpdate(platform, 'payout', id, 'confirm', { id, decisionId: randomUUID(), failed, by });
  }

  return {
    async play(step: string): Promise<void> {
      for (const [pattern, act] of steps) {
        const match = pattern.exec(step);
        if (match) return act(...match.slice(1));
      }
      throw new Error(`"${step}" is no step that this test knows`);
    },

    /** What the last step posted, and what the distributor has now. */
    async look(): Promise<Omit<Row, 'step'>> {
      const { rows } = await pool.query<{ id: number; key: string; text: string }>(
        `SELECT id, key, from_account || ' → ' || to_account || ' ' || amount AS text
         FROM transfers WHERE distributor_id = $1 AND id > $2 ORDER BY id`,
        [distributor.id, lastTransfer],
      );
      lastTransfer = rows.at(-1)?.id ?? lastTransfer;
      const named = (key: string) => names.reduce((text, [id, name]) => text.replace(id, name), key);
      const { held, available, reserved, debt } = await balanceOf(pool, distributor.id);
      return {
        transfers: rows.map(({ key, text }) => `${named(key)} ${text}`),
        balance: [held, available, reserved, debt].join(' '),
      };
    },
  };
}
