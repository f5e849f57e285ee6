import { SingleBar } from 'cli-progress';

/** Relative amount of work of an item: a product is one statement, the others go through workflows. */
export const STEPS_OF = { product: 1, order: 10, return: 10, price_difference: 0, rejected: 0 } as const;

/** Finished work. */
export interface Done {
  /** Work done, by {@link STEPS_OF}. */
  steps: number;
  orders: number;
  rejected: number;
}

/** Progress display of an import. */
export interface Progress {
  update(done: Done): void;
  /** Prints a line above the bar. */
  note(text: string): void;
  stop(): void;
}

const SECONDS_BETWEEN_LINES = 5;

/**
 * Shows the progress with its rate and the remaining time: as a bar on a terminal, as a line every few seconds
 * elsewhere.
 *
 * @param total of steps and orders; `undefined` if unknown
 */
export function createProgress(
  total: { steps: number; orders: number } | undefined,
  output: NodeJS.WriteStream = process.stderr,
): Progress {
  const startedAt = Date.now();
  const state = (done: Done) => describeProgress(done, total, (Date.now() - startedAt) / 1000);
  if (!output.isTTY || !total) {
    let nextLineAt = startedAt + SECONDS_BETWEEN_LINES * 1000;
    return {
      update(done) {
        if (Date.now() < nextLineAt) return;
        nextLineAt = Date.now() + SECONDS_BETWEEN_LINES * 1000;
        output.write(`${state(done)}\n`);
      },
      note: (text) => void output.write(`${text}\n`),
      stop: () => undefined,
    };
  }
  const bar = new SingleBar({
    format: '{bar} {percentage}% {state}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    // Its own handling of Ctrl-C would hide requests in progress.
    gracefulExit: false,
    clearOnComplete: true,
    stream: output,
  });
  bar.start(total.steps, 0, { state: '' });
  return {
    update: (done) => bar.update(Math.min(done.steps, total.steps), { state: state(done) }),
    note(text) {
      // Above the bar, which is drawn again below.
      output.write(`\r\u001b[K${text}\n`);
    },
    stop: () => bar.stop(),
  };
}

/**
 * One line: finished work, rate, and remaining time at that rate.
 *
 * @param seconds since the start
 */
export function describeProgress(
  { steps, orders, rejected }: Done,
  total: { steps: number; orders: number } | undefined,
  seconds: number,
): string {
  const count = (value: number) => value.toLocaleString('en');
  const rate = seconds > 0 ? orders / seconds : 0;
  const remaining = total && steps > 0 ? (seconds / steps) * (total.steps - steps) : undefined;
  return [
    `${count(orders)}${total ? ` of ${count(total.orders)}` : ''} orders`,
    `${rate.toFixed(1)} orders/s`,
    ...(remaining === undefined ? [] : [`${formatSeconds(remaining)} left`]),
    ...(rejected > 0 ? [`${count(rejected)} rows rejected`] : []),
  ].join(', ');
}

/** `8 s`, `2 min 05 s`, `1 h 05 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
