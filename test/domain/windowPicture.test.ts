import { applyEvent, closeWindows, type OrderEvent, type OrderState } from '../../domain/order';
import { windowPicture } from '../../domain/windowPicture';

const day = 86_400_000;
const length = 7 * day;

/** What the rules make of an order of one line of two units, paid at 0; times are days. */
function after(events: OrderEvent[], now: number): OrderState {
  const paid: OrderState = {
    paidAt: 0,
    window: length,
    lines: [
      {
        lineId: '1',
        state: 'paid',
        quantity: 2,
        netAmount: 200,
        returnedQuantity: 0,
        shippedAt: null,
        deliveredAt: null,
        deliveryNamed: false,
        windowEndsAt: null,
      },
    ],
    returns: [],
  };
  const applied = events.reduce((state, event) => applyEvent(closeWindows(state, event.at), event), paid);
  return closeWindows(applied, now * day);
}

const delivered = (at: number): OrderEvent => ({ type: 'delivered', at: at * day });
const asked = (at: number, returnId = 'r', quantity = 1): OrderEvent => ({
  type: 'return_requested',
  at: at * day,
  returnId,
  reason: 'worn',
  lines: [{ lineId: '1', quantity }],
});
const refunded = (at: number, returnId = 'r'): OrderEvent => ({
  type: 'return_refunded',
  at: at * day,
  returnId,
});
const rejected = (at: number, returnId = 'r'): OrderEvent => ({
  type: 'return_rejected',
  at: at * day,
  returnId,
  reason: 'no',
});

interface Expected {
  end: number | null;
  /** As `kind from-to`, in days; an open end is left out. */
  stretches: string[];
}

test.each<[string, OrderEvent[], number, Expected]>([
  ['on its way', [], 1, { end: null, stretches: ['on_the_way 0-'] }],
  ['that runs', [delivered(2)], 3, { end: 9, stretches: ['on_the_way 0-2', 'window 2-9'] }],
  ['that has ended', [delivered(2)], 20, { end: 9, stretches: ['on_the_way 0-2', 'window 2-9'] }],
  [
    'with an open return stands still without an end',
    [delivered(2), asked(4)],
    6,
    { end: null, stretches: ['on_the_way 0-2', 'window 2-4', 'paused 4-'] },
  ],
  [
    'with a decided return is as much longer',
    [delivered(2), asked(4), rejected(7)],
    8,
    { end: 12, stretches: ['on_the_way 0-2', 'window 2-4', 'paused 4-7', 'window 7-12'] },
  ],
  [
    'with two returns that overlap stands still once',
    [delivered(2), asked(4), asked(5, 's'), rejected(6), rejected(8, 's')],
    9,
    { end: 13, stretches: ['on_the_way 0-2', 'window 2-4', 'paused 4-8', 'window 8-13'] },
  ],
  [
    'with a return of before the delivery begins when that is decided',
    [asked(1), delivered(2), rejected(5)],
    6,
    { end: 12, stretches: ['on_the_way 0-2', 'paused 2-5', 'window 5-12'] },
  ],
  [
    'of which all was returned ends with the refund',
    [delivered(2), asked(4, 'r', 2), refunded(6)],
    7,
    { end: null, stretches: ['on_the_way 0-2', 'window 2-4', 'paused 4-6'] },
  ],
  [
    'that was over is not paused by a later return',
    [delivered(2), asked(12), refunded(13)],
    20,
    { end: 9, stretches: ['on_the_way 0-2', 'window 2-9'] },
  ],
])('a window %s', (_name, events, now, expected) => {
  const state = after(events, now);
  const line = state.lines[0]!;
  const closedAt = line.state === 'closed' ? line.windowEndsAt : null;
  const picture = windowPicture({ ...line, closedAt }, 0, length, state.returns, closedAt);
  const days = (at: number | null) => (at === null ? '' : at / day);
  expect({
    end: picture.window?.endsAt === null || !picture.window ? null : picture.window.endsAt / day,
    stretches: picture.stretches.map(({ kind, from, to }) => `${kind} ${days(from)}-${days(to)}`),
  }).toEqual(expected);
  // The picture and the rules that close windows never disagree.
  if (line.windowEndsAt !== null) expect(picture.window?.endsAt).toBe(line.windowEndsAt);
});
