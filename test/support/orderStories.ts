import fc from 'fast-check';
import type { OrderEvent } from '../../domain/order';

const hour = 3_600_000;

/** The units of the two lines of the order of the stories. */
export const quantities = [3, 2] as const;

/** What happened to an order in the shop, without contradiction. Times are milliseconds since 1970. */
export interface Story {
  /** Length of the return window. */
  window: number;
  /** In the order in which they happened. */
  events: OrderEvent[];
  /** When all of them have been reported. */
  end: number;
}

/** What happened to one line: when it arrived or was canceled, and how it was returned. */
const fateOf = (lineId: string, quantity: number) =>
  fc.record({
    lineId: fc.constant(lineId),
    end: fc.constantFrom('underway', 'delivered', 'delivered with all others', 'canceled'),
    hour: fc.integer({ min: 2, max: 20 }),
    returns: fc.array(
      fc.record({
        asked: fc.integer({ min: 21, max: 60 }),
        decided: fc.integer({ min: 1, max: 30 }),
        decision: fc.constantFrom('return_refunded', 'return_rejected', null),
        isEarly: fc.boolean(),
      }),
      { maxLength: quantity },
    ),
  });

/** Shipment, deliveries, a cancelation, returns and their decisions, of which each order of arrival is to end alike. */
export const consistentStory = (paidAt: number): fc.Arbitrary<Story> =>
  fc
    .record({
      window: fc.constantFrom(1, 12, 40, 500).map((hours) => hours * hour),
      shipped: fc.option(fc.integer({ min: 1, max: 10 })),
      lines: fc.tuple(fateOf('1', quantities[0]), fateOf('2', quantities[1])),
    })
    .map(({ window, shipped, lines }) => {
      const at = (hours: number) => paidAt + hours * hour;
      const events: OrderEvent[] = shipped === null ? [] : [{ type: 'shipped', at: at(shipped) }];
      // All that are still on their way: those that arrived or were canceled before are not.
      if (lines.some(({ end }) => end === 'delivered with all others'))
        events.push({ type: 'delivered', at: at(20) });
      for (const { lineId, end, hour: hours, returns } of lines) {
        if (end === 'delivered') events.push({ type: 'delivered', at: at(hours), lineIds: [lineId] });
        if (end === 'canceled') {
          events.push({ type: 'canceled', at: at(hours), lineIds: [lineId], reason: 'x' });
          continue;
        }
        for (const [index, { asked, decided, decision, isEarly }] of returns.entries()) {
          const returnId = `${lineId}-${index}`;
          // A parcel may be refused before it arrives.
          const askedAt = at(isEarly ? asked / 20 : asked);
          events.push({
            type: 'return_requested',
            at: askedAt,
            returnId,
            reason: 'x',
            lines: [{ lineId, quantity: 1 }],
          });
          if (decision === 'return_refunded')
            events.push({ type: decision, at: askedAt + decided * hour, returnId });
          if (decision === 'return_rejected')
            events.push({ type: decision, at: askedAt + decided * hour, returnId, reason: 'worn' });
        }
      }
      return { window, events: events.sort((a, b) => a.at - b.at), end: at(100) };
    });

/** A story and an order in which its payment, null, and its events arrive. */
export const arrivals = (paidAt: number): fc.Arbitrary<{ story: Story; arriving: (OrderEvent | null)[] }> =>
  consistentStory(paidAt).chain((story) => {
    const all = [null, ...story.events];
    return fc.record({
      story: fc.constant(story),
      arriving: fc.shuffledSubarray(all, { minLength: all.length }),
    });
  });

/** Hours after the payment at which one message after the other arrives: while the order is open, or after its end. */
export const clockHours: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 30, maxLength: 30 }),
  fc.constant(Array.from({ length: 30 }, () => 100)),
);
