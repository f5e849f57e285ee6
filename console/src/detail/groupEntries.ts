import type { Item, Money } from '../api/types';

export type Entry = Item<'/v1/timeline/{kind}/{id}'>;

/** Data of a transfer entry. */
export interface TransferFacts {
  from: string;
  to: string;
  amount: Money;
  commissionId: string | null;
}

export const transferFacts = ({ data }: Entry): TransferFacts => data as unknown as TransferFacts;

/** Up to this number transfers are shown individually. */
const FEW_TRANSFERS = 3;

/**
 * Groups adjacent entries of the same time and kind, such as one per order line. Events about lines become one entry
 * with all their lines.
 */
export function groupEntries(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    const same = groupKey(entry);
    if (last && same !== undefined && groupKey(last[0]!) === same) last.push(entry);
    else groups.push([entry]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    if (group.length === 1 || !first) return [group];
    if (first.kind === 'event') return [[{ ...first, data: { lineIds: linesOf(group) } }]];
    return group.length <= FEW_TRANSFERS ? group.map((entry) => [entry]) : [group];
  });
}

/** Equal for entries that can be grouped; undefined for entries with data other than lines or transfers. */
function groupKey({ kind, type, actor, at, data, audit }: Entry): string | undefined {
  if (kind === 'transfer') return [at, data.from, data.to, (data.amount as Money).currency].join();
  if (kind === 'event' && !audit && Object.keys(data).join() === 'lineIds') return [at, type, actor].join();
  return undefined;
}

const linesOf = (events: readonly Entry[]): string[] =>
  events
    .flatMap(({ data }) => data.lineIds as string[])
    .sort((one, other) => one.localeCompare(other, undefined, { numeric: true }));
