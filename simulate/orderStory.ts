import type { Dice } from './dice';

/** A message about an order, as the shop sends it. Times are milliseconds after the payment. */
export type Message =
  | { type: 'pay'; after: 0; async: boolean }
  | { type: 'ship' | 'deliver' | 'cancel'; after: number; lineIds?: string[] }
  | { type: 'return'; after: number; returnId: string; lines: { lineId: string; quantity: number }[] }
  | { type: 'refund' | 'reject'; after: number; returnId: string };

export interface StoryLine {
  lineId: string;
  sku: string;
  quantity: number;
  unitPrice: number;
  discount: number;
}

/** One order and all that happens to it: a story without contradictions, so that every message has to be accepted. */
export interface OrderStory {
  id: string;
  /** Number of the distributor whose code the order has; null for none. */
  seller: number | null;
  /**
   * `live`: each message is sent in turn and says that it happens now. Otherwise all of it lies in the past and the last
   * of it happened so many milliseconds before the first message; it arrives in any order.
   */
  when: 'live' | number;
  lines: StoryLine[];
  /** In the order in which they are sent. */
  messages: Message[];
  /** A line that nothing in the story delivers or cancels: for a contradiction. */
  spareLine: string | undefined;
}

/** Products of the brand, with their categories. */
export const PRODUCTS = [
  { sku: 'TEA-1', category: 'tea' },
  { sku: 'TEA-2', category: 'tea' },
  { sku: 'CUP-1', category: 'ware' },
  { sku: 'CUP-2', category: 'ware' },
  { sku: 'BOX-1', category: null },
  { sku: 'BOX-2', category: null },
] as const;

/**
 * Tells the story of one order.
 * @param windowMs longest return window of the plans, which late returns come after
 */
export function makeOrderStory(dice: Dice, id: string, distributors: number, windowMs: number): OrderStory {
  const lines = Array.from({ length: dice.pick([1, 1, 2, 2, 3]) }, (_, index): StoryLine => {
    const [quantity, unitPrice] = [dice.int(1, 5), dice.int(300, 30_000)];
    return {
      lineId: String(index + 1),
      sku: PRODUCTS[dice.int(0, PRODUCTS.length - 1)]!.sku,
      quantity,
      unitPrice,
      discount: dice.chance(0.3) ? dice.int(0, quantity * unitPrice) : 0,
    };
  });
  const fates = new Map(
    lines.map(({ lineId }) => [lineId, dice.weighted({ deliver: 80, cancel: 11, wait: 9 })]),
  );
  const withFate = (fate: string) =>
    lines.map((line) => line.lineId).filter((line) => fates.get(line) === fate);
  let clock = 0;
  /** Time only moves forward, so that no two things happen at once. */
  const later = (most = 900) => {
    clock += dice.int(1, most);
    return clock;
  };
  const told: Message[] = [{ type: 'pay', after: 0, async: dice.chance(0.15) }];
  const canceled = withFate('cancel');
  if (canceled.length > 0)
    told.push({
      type: 'cancel',
      after: later(),
      ...(canceled.length < lines.length && { lineIds: canceled }),
    });
  const toDeliver = withFate('deliver');
  const waiting = withFate('wait');
  if (dice.chance(0.6)) {
    const all = toDeliver.length > 0 && dice.chance(0.5);
    const lineIds = [...toDeliver, ...(dice.chance(0.5) ? waiting : [])];
    if (all && waiting.length === 0) told.push({ type: 'ship', after: later() });
    else if (lineIds.length > 0) told.push({ type: 'ship', after: later(), lineIds });
  }
  const undelivered = dice.shuffled(toDeliver);
  while (undelivered.length > 0) {
    // "All lines" speaks of those still on their way.
    if (waiting.length === 0 && dice.chance(0.5)) {
      undelivered.splice(0);
      told.push({ type: 'deliver', after: later() });
    } else {
      const lineIds = undelivered.splice(0, dice.int(1, undelivered.length));
      told.push({ type: 'deliver', after: later(), lineIds });
    }
  }
  const left = new Map(lines.map((line) => [line.lineId, line.quantity]));
  for (let number = 1; toDeliver.length > 0 && number <= 3 && dice.chance(0.4); number++) {
    const units = dice
      .shuffled(toDeliver)
      .slice(0, dice.int(1, 2))
      .flatMap((lineId) => {
        const free = left.get(lineId)!;
        const quantity = free > 0 ? (dice.chance(0.5) ? free : dice.int(1, free)) : 0;
        left.set(lineId, free - quantity);
        return quantity > 0 ? [{ lineId, quantity }] : [];
      });
    if (units.length === 0) continue;
    const returnId = `R${number}`;
    const isLate = dice.chance(0.3);
    const after = later() + (isLate ? windowMs : 0);
    clock = after;
    told.push({ type: 'return', after, returnId, lines: units });
    const outcome = dice.weighted({ refund: 65, reject: 20, open: 15 });
    if (outcome !== 'open') told.push({ type: outcome, after: later(2500), returnId });
  }
  const when = dice.chance(0.4) ? 'live' : dice.pick([50, 1500, 4000, 30_000]);
  return {
    id,
    seller: dice.chance(0.07) ? null : dice.int(0, distributors - 1),
    when,
    lines,
    messages: when !== 'live' && dice.chance(0.65) ? dice.shuffled(told) : told,
    spareLine: waiting.at(-1),
  };
}
