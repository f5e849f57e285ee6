import fc from 'fast-check';
import { earned } from '../../domain/commission';
import {
  applyEvent,
  applyEvents,
  closeWindows,
  eventKey,
  isFinished,
  nextWindowEnd,
  type OrderEvent,
  type OrderState,
  remainingUnits,
} from '../../domain/order';
import { arrivals, clockHours, quantities, type Story } from '../support/orderStories';

const day = 86_400_000;
const paidAt = Date.parse('2026-03-01T08:00:00+08:00');

function order(quantities: number[] = [3, 1]): OrderState {
  return {
    paidAt,
    window: 15 * day,
    returns: [],
    lines: quantities.map((quantity, index) => ({
      lineId: String(index + 1),
      state: 'paid',
      quantity,
      netAmount: quantity * 999,
      returnedQuantity: 0,
      shippedAt: null,
      deliveredAt: null,
      deliveryNamed: false,
      windowEndsAt: null,
    })),
  };
}

function after(...events: OrderEvent[]): OrderState {
  return events.reduce(applyEvent, order());
}

const delivered: OrderEvent = { type: 'delivered', at: paidAt + 2 * day };
const returnOne: OrderEvent = {
  type: 'return_requested',
  at: paidAt + 4 * day,
  returnId: 'r',
  reason: 'too small',
  lines: [{ lineId: '1', quantity: 1 }],
};

describe('return window of a line', () => {
  it('runs from delivery, not from payment', () => {
    expect(after(delivered).lines.map((line) => line.windowEndsAt)).toEqual([
      paidAt + 17 * day,
      paidAt + 17 * day,
    ]);
  });

  it('starts for each line with its own delivery', () => {
    const state = after(
      { ...delivered, lineIds: ['1'] },
      { type: 'delivered', at: paidAt + 5 * day, lineIds: ['2'] },
    );
    expect(state.lines.map((line) => line.windowEndsAt)).toEqual([paidAt + 17 * day, paidAt + 20 * day]);
  });

  it('is paused while a return of that line is open, and only of that line', () => {
    const state = after(delivered, returnOne);
    expect(state.lines.map((line) => [line.state, line.windowEndsAt])).toEqual([
      ['return_requested', null],
      ['delivered', paidAt + 17 * day],
    ]);
    expect(nextWindowEnd(state)).toBe(paidAt + 17 * day);
  });

  it('continues with the time left when the return is rejected', () => {
    const state = after(delivered, returnOne, {
      type: 'return_rejected',
      at: paidAt + 7 * day,
      returnId: 'r',
      reason: 'worn',
    });
    expect(state.lines[0]).toMatchObject({
      state: 'delivered',
      windowEndsAt: paidAt + 20 * day,
      returnedQuantity: 0,
    });
  });

  it('ends at its end and not a millisecond before', () => {
    expect(closeWindows(after(delivered), paidAt + 17 * day - 1).lines[0]?.state).toBe('delivered');
    expect(closeWindows(after(delivered), paidAt + 17 * day).lines[0]?.state).toBe('closed');
  });

  it('has no end before delivery', () => {
    expect(nextWindowEnd(order())).toBeNull();
    expect(isFinished(closeWindows(order(), paidAt + 1000 * day))).toBe(false);
  });
});

describe('events of an order', () => {
  it.each<[string, OrderEvent[], string]>([
    ['an event before the payment', [{ type: 'delivered', at: paidAt - 1 }], 'event_before_payment'],
    ['a line the order does not have', [{ type: 'delivered', at: paidAt, lineIds: ['9'] }], 'line_not_found'],
    [
      'a second delivery at another time',
      [
        { ...delivered, lineIds: ['1'] },
        { ...delivered, at: paidAt + 3 * day, lineIds: ['1'] },
      ],
      'already_delivered',
    ],
    [
      'cancelation after delivery',
      [delivered, { type: 'canceled', at: paidAt + 3 * day, reason: 'late' }],
      'already_delivered',
    ],
    [
      'delivery of a canceled line',
      [
        { type: 'canceled', at: paidAt, reason: 'x', lineIds: ['1'] },
        { ...delivered, lineIds: ['1'] },
      ],
      'line_canceled',
    ],
    [
      'more units returned than were bought',
      [{ ...returnOne, lines: [{ lineId: '1', quantity: 4 }] }],
      'quantity_exceeded',
    ],
    [
      'units that wait in another return',
      [returnOne, { ...returnOne, returnId: 's', lines: [{ lineId: '1', quantity: 3 }] }],
      'quantity_exceeded',
    ],
    [
      'one line twice in a return',
      [
        {
          ...returnOne,
          lines: [
            { lineId: '1', quantity: 1 },
            { lineId: '1', quantity: 1 },
          ],
        },
      ],
      'line_repeated',
    ],
    [
      'a return of that name with other lines',
      [returnOne, { ...returnOne, lines: [{ lineId: '2', quantity: 1 }] }],
      'return_differs',
    ],
    [
      'a refund of an unknown return',
      [{ type: 'return_refunded', at: paidAt, returnId: 'q' }],
      'return_not_found',
    ],
    [
      'a refund after a rejection',
      [
        returnOne,
        { type: 'return_rejected', at: paidAt + 5 * day, returnId: 'r', reason: 'x' },
        { type: 'return_refunded', at: paidAt + 6 * day, returnId: 'r' },
      ],
      'return_decided',
    ],
    [
      'a refund before the return was asked for',
      [returnOne, { type: 'return_refunded', at: paidAt + 3 * day, returnId: 'r' }],
      'resolved_before_requested',
    ],
  ])('refuse %s', (_name, events, code) => {
    expect(() => after(...events)).toThrow(expect.objectContaining({ code }));
  });

  const refund: OrderEvent = { type: 'return_refunded', at: paidAt + 6 * day, returnId: 'r' };
  it.each<[string, OrderEvent[]]>([
    ['shipment', [{ type: 'shipped', at: paidAt + day }]],
    ['delivery', [delivered]],
    ['cancelation', [{ type: 'canceled', at: paidAt + day, reason: 'x' }]],
    ['return request', [delivered, returnOne]],
    ['refund', [delivered, returnOne, refund]],
  ])('change nothing when a %s is reported twice', (_name, events) => {
    const once = after(...events);
    expect(applyEvent(once, events.at(-1) as OrderEvent)).toBe(once);
  });

  it('lead to the same result in whatever order deliveries and returns arrive', () => {
    const story: OrderEvent[] = [{ type: 'shipped', at: paidAt + day }, delivered, returnOne, refund];
    const inOrder = after(...story);
    const needsReturn = (events: OrderEvent[]) => events.indexOf(refund) > events.indexOf(returnOne);
    fc.assert(
      fc.property(fc.shuffledSubarray(story, { minLength: story.length }).filter(needsReturn), (events) => {
        expect(after(...events)).toEqual(inOrder);
      }),
    );
  });
});

it('takes a return reported again without a time for the same return', () => {
  const untimed = { ...returnOne, untimed: true } as const;
  const first = after(delivered, untimed);
  expect(applyEvent(first, { ...untimed, at: untimed.at + 20_000 })).toBe(first);
});

describe('one story, in whatever order its payment and its events arrive', () => {
  /**
   * Applies what arrives: what arrives before the payment, null, or before its return waits for that.
   * @param clock when each arrives: windows that have ended by then are closed
   */
  function arrived(story: Story, arriving: (OrderEvent | null)[], clock: (index: number) => number) {
    let state: OrderState | undefined;
    let waiting: OrderEvent[] = [];
    let isClosedEarly = false;
    for (const [index, event] of arriving.entries()) {
      if (event === null) state = { ...order([...quantities]), window: story.window };
      const known: OrderEvent[] = [...waiting, ...(event ? [event] : [])];
      if (!state) {
        waiting = known;
        continue;
      }
      const outcome = applyEvents(state, known);
      expect(outcome.refused).toEqual([]);
      waiting = outcome.waiting.map((one) => one.event);
      state = closeWindows(outcome.state, clock(index));
      if (index < arriving.length - 1) isClosedEarly ||= state !== outcome.state;
    }
    expect(waiting).toEqual([]);
    return { state: state!, isClosedEarly };
  }

  const inOrder = ({ events, window }: Story) =>
    applyEvents({ ...order([...quantities]), window }, events).state;

  it('ends in one state while no window has ended', () => {
    fc.assert(
      fc.property(arrivals(paidAt), ({ story, arriving }) => {
        const { state } = arrived({ ...story, window: 1000 * day }, arriving, () => story.end);
        expect(sorted(state)).toEqual(sorted(inOrder({ ...story, window: 1000 * day })));
      }),
      { numRuns: 1000 },
    );
  });

  it('ends in one state unless a window was closed between two arrivals, and then earns the same', () => {
    const seen = { alike: 0, closedEarly: 0 };
    fc.assert(
      fc.property(arrivals(paidAt), clockHours, ({ story, arriving }, hours) => {
        const clocks = hours.map((hour) => paidAt + hour * 3_600_000).sort((a, b) => a - b);
        const { state, isClosedEarly } = arrived(story, arriving, (index) => clocks[index]!);
        const expected = inOrder(story);
        seen[isClosedEarly ? 'closedEarly' : 'alike']++;
        if (!isClosedEarly) {
          const end = clocks[arriving.length - 1]!;
          expect(sorted(state)).toEqual(sorted(closeWindows(expected, end)));
        }
        const [inTheEnd, expectedInTheEnd] = [state, expected].map((one) => closeWindows(one, Infinity));
        expect(moneyOf(inTheEnd!)).toEqual(moneyOf(expectedInTheEnd!));
        expect(isFinished(inTheEnd!)).toBe(isFinished(expectedInTheEnd!));
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.alike, seen.closedEarly)).toBeGreaterThan(100);
  });

  const sorted = (state: OrderState) => ({
    ...state,
    returns: [...state.returns].sort((a, b) => (a.id < b.id ? -1 : 1)),
  });
  const moneyOf = ({ lines, returns }: OrderState) => ({
    units: lines.map(remainingUnits),
    returns: new Map(returns.map(({ id, state, resolvedAt }) => [id, [state, resolvedAt]])),
  });
});

describe('events that are known at once', () => {
  const applied = (...events: OrderEvent[]) => applyEvents(order(), events);
  const codes = (outcome: ReturnType<typeof applied>) =>
    outcome.refused.map(({ event, refusal }) => [event.type, refusal.code]);

  it('wait while their return is not known', () => {
    const refund: OrderEvent = { type: 'return_refunded', at: paidAt + 6 * day, returnId: 'q' };
    const outcome = applied(refund, delivered);
    expect(outcome.waiting.map((one) => one.event)).toEqual([refund]);
    expect(outcome.state).toEqual(after(delivered));
  });

  it('and contradict each other are judged by their time in the shop, and the later is refused', () => {
    const canceled: OrderEvent = { type: 'canceled', at: paidAt + day, reason: 'x' };
    const first = applied(delivered, canceled);
    expect(first.state.lines.map((line) => line.state)).toEqual(['canceled', 'canceled']);
    expect(codes(first)).toEqual([['delivered', 'line_canceled']]);
    const later = applied({ ...canceled, at: paidAt + 3 * day }, delivered);
    expect(later.state.lines.map((line) => line.state)).toEqual(['delivered', 'delivered']);
    expect(codes(later)).toEqual([['canceled', 'already_delivered']]);
  });

  it('are judged alone when one of them names lines wrongly', () => {
    const outcome = applied({ type: 'delivered', at: paidAt + day, lineIds: ['9'] }, delivered);
    expect(codes(outcome)).toEqual([['delivered', 'line_not_found']]);
    expect(outcome.state).toEqual(after(delivered));
  });
});

describe('a delivery of all lines that were on their way', () => {
  const canceled: OrderEvent = { type: 'canceled', at: paidAt + day, reason: 'x', lineIds: ['2'] };

  it('was not of a line that was canceled before, also when that is reported later', () => {
    expect(after(delivered, canceled)).toEqual(after(canceled, delivered));
    expect(after(delivered, canceled).lines.map((line) => line.state)).toEqual(['delivered', 'canceled']);
  });

  it('was not of a line that had arrived before, also when that is reported later', () => {
    const before: OrderEvent = { type: 'delivered', at: paidAt + day, lineIds: ['2'] };
    expect(after(delivered, before)).toEqual(after(before, delivered));
    expect(after(delivered, before).lines[1]!.windowEndsAt).toBe(paidAt + 16 * day);
  });

  it.each<[string, OrderEvent[], OrderEvent]>([
    ['is canceled later', [delivered], { ...canceled, at: paidAt + 3 * day }],
    ['is named by the delivery', [{ ...delivered, lineIds: ['1', '2'] }], canceled],
    ['is all there was', [delivered], { ...canceled, lineIds: ['1', '2'] }],
    ['is canceled with all others', [delivered], { ...canceled, lineIds: undefined }],
    ['is asked back', [delivered, { ...returnOne, lines: [{ lineId: '2', quantity: 1 }] }], canceled],
  ])('stands against the cancelation of a line that %s', (_name, before, cancelation) => {
    expect(() => after(...before, cancelation)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/already_delivered|return_exists/) }),
    );
  });
});

describe('the key of an event', () => {
  const lineIds = Array.from({ length: 2000 }, (_, index) => `line-${index}`);

  it('fits an index however many lines the event names', () => {
    expect(eventKey({ ...delivered, lineIds }).length).toBeLessThan(100);
  });

  it('differs when a single one of many lines differs', () => {
    const others = lineIds.map((id) => (id === 'line-1999' ? 'line-2000' : id));
    expect(eventKey({ ...delivered, lineIds: others })).not.toBe(eventKey({ ...delivered, lineIds }));
  });
});

describe('partial returns', () => {
  it('earn nothing at all once every unit is back, whatever the rate and the steps', () => {
    const earning = fc.oneof(
      fc.record({ rateBp: fc.integer({ min: 0, max: 10_000 }) }),
      fc.record({ fixed: fc.integer({ min: 0, max: 100_000 }), currency: fc.constant('CNY') }),
    );
    fc.assert(
      fc.property(
        fc.array(earning, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
        (levels, unitPrice, steps) => {
          const quantity = steps.reduce((sum, step) => sum + step, 0);
          let state: OrderState = {
            ...order([quantity]),
            lines: order([quantity]).lines.map((line) => ({ ...line, netAmount: quantity * unitPrice })),
          };
          const posted = levels.map((level) => earned(level, quantity * unitPrice, quantity, quantity));
          const held = [...posted];
          steps.forEach((units, index) => {
            const at = paidAt + index * day;
            const returnId = `r${index}`;
            state = applyEvent(state, {
              type: 'return_requested',
              at,
              returnId,
              reason: 'x',
              lines: [{ lineId: '1', quantity: units }],
            });
            state = applyEvent(state, { type: 'return_refunded', at, returnId });
            const line = state.lines[0]!;
            levels.forEach((level, position) => {
              const left = earned(level, line.netAmount, line.quantity, remainingUnits(line));
              expect(left).toBeLessThanOrEqual(held[position]!);
              held[position] = left;
            });
          });
          expect(held).toEqual(levels.map(() => 0));
          expect(state.lines[0]?.state).toBe('returned');
          expect(isFinished(state)).toBe(true);
        },
      ),
    );
  });
});
