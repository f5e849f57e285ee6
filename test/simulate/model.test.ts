import { compareOrder } from '../../simulate/compareOrder';
import { type Dice, diceOf } from '../../simulate/dice';
import { earnedOn, expectBalance, expectLine, type Fact } from '../../simulate/model';
import { beginStory } from '../../simulate/story';
import type { OrderRecord, World } from '../../simulate/world';

const line = { lineId: '1', sku: 'BOX-1', category: null, quantity: 3, unitPrice: 3333, discount: 0 };
const second = 1000;

function plan(rateBp: number) {
  return {
    returnWindowDays: 7,
    automaticRelease: false,
    inactiveUpline: 'forfeit' as const,
    levels: [{ default: { rateBp }, rules: [] }],
  };
}

describe('the model', () => {
  it('rounds the example of docs/ledger.md as it stands there: 500, 333, 167 and nothing', () => {
    const amounts = [3, 2, 1, 0].map((kept) => earnedOn({ rateBp: 500 }, line, kept));
    expect(amounts).toEqual([500, 333, 167, 0]);
  });

  it('stops the window while a return is open, and lets it go on after the decision', () => {
    const told = (at: number) => ({ at: at * second, told: { sent: at * second, answered: at * second } });
    const units = { returnId: 'R1', lines: [{ lineId: '1', quantity: 1 }] };
    const facts: Fact[] = [
      { type: 'deliver', ...told(0) },
      { type: 'return', ...told(2), ...units },
    ];
    const rejected: Fact = { type: 'reject', ...told(10), returnId: 'R1' };
    const at = { now: 20 * second, settled: true, recordedFrom: 0 };
    expect(expectLine(line, facts, 5 * second, at)).toMatchObject({
      windowEnd: null,
      states: new Set(['return_requested']),
    });
    const late = facts.map((fact) => ({ ...fact, told: { sent: 6 * second, answered: 6 * second } }));
    expect(expectLine(line, [facts[0]!, late[1]!], 5 * second, at).states).toEqual(
      new Set(['return_requested', 'closed']),
    );
    expect(expectLine(line, [...facts, rejected], 5 * second, at).windowEnd).toBe(13 * second);
  });

  it('knows available money and debt as one number', () => {
    const released = [{ state: 'released', amount: 500 }];
    const accounts = { held: 0, reserved: 0 };
    expect(expectBalance(released, [])).toEqual({ ...accounts, available: 500, debt: 0 });
    expect(expectBalance(released, [{ state: 'paid', amount: 700 }])).toEqual({
      ...accounts,
      available: 0,
      debt: 200,
    });
  });

  it('finds a commission that is one minor unit too much, and a line in the wrong state', () => {
    const seller = { id: 'd', code: 'D', tier: 'gold', sponsor: null, suspensions: [] };
    const world = {
      plans: [{ id: 1, terms: plan(500), activated: { sent: 0, answered: 0 } }],
      distributors: [seller],
      holds: new Map(),
    } as unknown as World;
    const record = {
      story: { id: 'S', seller: 0, when: 'live', messages: [], spareLine: undefined, lines: [line] },
      ...{ paidAt: 5, sent: new Map(), facts: [], payment: 'recorded', steps: new Set([1]) },
      recorded: { sent: 0, answered: 0 },
    } satisfies OrderRecord;
    const order = (amount: number, state: string) => ({
      ...{ state: 'open', planId: '1', returns: [], unappliedEvents: [] },
      lines: [{ lineId: '1', state, returnedQuantity: 0, deliveredAt: null, windowEndsAt: null }],
      commissions: [
        {
          id: '7',
          lineId: '1',
          level: 1,
          distributorId: 'd',
          amount: { amount },
          state: 'held',
          releasedAt: null,
        },
      ],
    });
    const find = (amount: number, state: string) =>
      compareOrder(world, record, order(amount, state), { settled: true, released: new Set() });
    expect(find(500, 'paid')).toEqual([]);
    expect(find(501, 'paid')).toEqual(['commission 7 of line 1, level 1 is 501, not 500']);
    expect(find(500, 'shipped')).toEqual(['line 1 is shipped, not paid']);
  });
});

describe('a story', () => {
  const tell = (seed: number) => {
    const story = beginStory(seed, { distributors: 8, windowMs: 5000, kills: true });
    return Array.from({ length: 400 }, (_, index) => story(index + 1));
  };

  it('is the same for the same seed, and another one for another', () => {
    expect(tell(5)).toEqual(tell(5));
    expect(tell(6)).not.toEqual(tell(5));
  });

  it('kills every part, and takes every kind of step', () => {
    const actions = [1, 2, 3].flatMap(tell);
    const killed = actions.flatMap((action) => (action.type === 'kill' ? action.part : []));
    expect(new Set(killed)).toEqual(new Set(['worker', 'api', 'temporal', 'postgres']));
    expect([...new Set(actions.map(({ type }) => type))].sort()).toEqual(
      [
        ...[
          'apply',
          'batch',
          'bulk_withdrawals',
          'confirm',
          'contradiction',
          'decide_application',
          'decide_run',
        ],
        ...['decide_withdrawal', 'hold', 'kill', 'look', 'mistake', 'order', 'plan', 'propose', 'reinstate'],
        ...['suspend', 'switch_payout', 'unhold', 'verify', 'withdraw'],
      ].sort(),
    );
  });

  it('draws every choice about as often as it should', () => {
    const drawn = (draw: (dice: Dice) => boolean) =>
      Array.from({ length: 1000 }, (_, step) => diceOf(9, step)).filter(draw).length;
    expect(drawn((dice) => dice.chance(0.25))).toBeGreaterThan(200);
    expect(drawn((dice) => dice.chance(0.25))).toBeLessThan(300);
  });
});
