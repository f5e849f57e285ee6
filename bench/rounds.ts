import { setTimeout as delay } from 'node:timers/promises';

/** Median and range of figures. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

/**
 * Measures several sides in alternating rounds, so that other load on the machine affects all of them
 * equally. Every other round runs in reverse order, so that no side always has the warmer caches.
 * @param sides each returns one figure per round
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

/** The ratio of two sides within each round, so that slow phases of the machine cancel out. */
export function ratio(ours: number[], baseline: number[]): Spread {
  return spread(ours.map((figure, round) => figure / baseline[round]!));
}

/** `1,234 (1,200–1,260)` */
export function show({ median, low, high }: Spread, unit = ''): string {
  const range = low === high ? '' : ` (${short(low)}–${short(high)})`;
  return `${short(median)}${unit && ` ${unit}`}${range}`;
}

/** Three significant digits. */
export function short(figure: number): string {
  const digits = figure === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(figure))));
  return figure.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Percentile: the value that the given share of the figures do not exceed. */
export function percentile(figures: number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}

/** Observer of the counting period, for other measurements. */
export interface Window {
  begin(): void;
  /** @param pieces number of finished pieces */
  end(pieces: number): void;
}

/**
 * Runs a number of pieces of work concurrently and counts those finished while all are running, min one.
 * @param work calls `done` for each finished share of a piece, total 1. Shares make the count smooth if
 * pieces run in step, as with a common timer.
 * @returns pieces per second
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
  // The loops end early only if one of them fails.
  await Promise.race([ended, delay(options.rampMs)]);
  options.window?.begin();
  const start = { at: performance.now(), count };
  // A rate of zero cannot be compared: if the machine was too slow to finish a piece in time, continue.
  do await Promise.race([ended, delay(options.measureMs)]);
  while (count - start.count < 1);
  const pieces = count - start.count;
  const rate = (pieces / (performance.now() - start.at)) * 1000;
  options.window?.end(pieces);
  stopping = true;
  await ended;
  return rate;
}

/** Prints progress to standard error; only results go to standard output. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
