import { setTimeout as delay } from 'node:timers/promises';

/** The middle of some figures, and how far they lie apart. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

/**
 * Measures several sides in alternating rounds, so that whatever the machine does meanwhile falls on all of them
 * alike. Every other round runs in the opposite order, so that no side always has the warmer caches.
 * @param sides each gives one figure a round
 * @returns the figures of each side, by round
 */
export async function alternate<Side extends string>(
  name: string,
  rounds: number,
  sides: Record<Side, () => Promise<number>>,
): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[];
  const figures = Object.fromEntries(names.map((side) => [side, [] as number[]])) as Record<Side, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 ? [...names].reverse() : names) figures[side].push(await sides[side]());
    const line = names.map((side) => `${side} ${short(figures[side][round]!)}`).join(', ');
    progress(`${name}, round ${round + 1} of ${rounds}: ${line}`);
  }
  return figures;
}

export function spread(figures: number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2
      ? sorted[Math.floor(middle)]!
      : (sorted[Math.floor(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, low: sorted[0]!, high: sorted.at(-1)! };
}

/** The ratio of two sides: of each round's own two figures, so that a slow moment of the machine cancels out. */
export function ratio(ours: number[], baseline: number[]): Spread {
  return spread(ours.map((figure, round) => figure / baseline[round]!));
}

/** `1,234 (1,200–1,260)` */
export function show({ median, low, high }: Spread, unit = ''): string {
  const range = low === high ? '' : ` (${short(low)}–${short(high)})`;
  return `${short(median)}${unit && ` ${unit}`}${range}`;
}

/** Three digits that count. */
export function short(figure: number): string {
  const digits = figure === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(figure))));
  return figure.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The value that the given share of the figures do not exceed. */
export function percentile(figures: number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}

/** Told of the time in which pieces are counted, by whoever measures something else meanwhile. */
export interface Window {
  begin(): void;
  /** @param pieces how many were done */
  end(pieces: number): void;
}

/**
 * Keeps a number of pieces of work going at once and counts what is done while all of them are, at least one.
 * @param work calls `done` for each share of a piece it has finished, in sum 1. Shares make the count smooth where
 * pieces move in step, as with a common timer.
 * @returns pieces a second
 */
export async function steadyRate(
  work: (done: (share: number) => void) => Promise<void>,
  options: { inFlight: number; rampMs: number; measureMs: number; window?: Window },
): Promise<number> {
  let count = 0;
  let stopping = false;
  const loop = async () => {
    while (!stopping) {
      await work((share) => {
        count += share;
      });
    }
  };
  const ended = Promise.all(Array.from({ length: options.inFlight }, loop));
  // The loops end early only when one of them fails.
  await Promise.race([ended, delay(options.rampMs)]);
  options.window?.begin();
  const start = { at: performance.now(), count };
  // A rate of nothing can not be compared with: a machine so slow that no piece was done in time goes on.
  do await Promise.race([ended, delay(options.measureMs)]);
  while (count - start.count < 1);
  const pieces = count - start.count;
  const rate = (pieces / (performance.now() - start.at)) * 1000;
  options.window?.end(pieces);
  stopping = true;
  await ended;
  return rate;
}

/** Tells whoever watches; the results alone go to standard output. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
