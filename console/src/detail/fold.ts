import type { Item, Money } from '../api/types';

export type Entry = Item<'/v1/timeline/{kind}/{id}'>;

/** What a transfer tells of itself. */
export interface TransferFacts {
  from: string;
  to: string;
  amount: Money;
  commissionId: string | null;
}

export const transferFacts = ({ data }: Entry): TransferFacts => data as unknown as TransferFacts;

/** So few transfers are easier to read one by one. */
const FEW_TRANSFERS = 3;

/**
 * Puts entries together that stand next to each other and tell the same of one moment, as of each line of an order. Of
 * events about lines one entry is left, about all their lines.
 */
export function foldStory(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    const same = sameness(entry);
    if (last && same !== undefined && sameness(last[0]!) === same) last.push(entry);
    else groups.push([entry]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    if (group.length === 1 || !first) return [group];
    if (first.kind === 'event') return [[{ ...first, data: { lineIds: linesOf(group) } }]];
    return group.length <= FEW_TRANSFERS ? group.map((entry) => [entry]) : [group];
  });
}

/** Equal for entries that tell the same of one moment; undefined for what tells more than lines or money. */
function sameness({ kind, type, actor, at, data, audit }: Entry): string | undefined {
  if (kind === 'transfer') return [at, data.from, data.to, (data.amount as Money).currency].join();
  if (kind === 'event' && !audit && Object.keys(data).join() === 'lineIds') return [at, type, actor].join();
  return undefined;
}

const linesOf = (events: readonly Entry[]): string[] =>
  events
    .flatMap(({ data }) => data.lineIds as string[])
    .sort((one, other) => one.localeCompare(other, undefined, { numeric: true }));
