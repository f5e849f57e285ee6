import { verifyLedger } from '../database/verifyLedger';
import type { Bench } from './bench';
import { IN_FLIGHT, lifecycleRate, type Side, timesResult } from './lifecycles';
import type { ProcessorTime } from './processorTime';
import { alternate, ratio, show, spread } from './rounds';
import { seed } from './seed';

export const lifecycle: Bench = {
  description:
    'Whole orders (payment with start, delivery, window of one second, automatic release; three lines, two levels, ' +
    'so twelve transfers and their balances) against a bare workflow with the same messages, payloads and timer and as ' +
    'many local activities, which do nothing. Same server, same worker process, same settings; a client waits for the end of each.',
  async run(servers, { quick }) {
    const platform = await servers.startPlatform();
    const seeded = await seed(platform.pool);
    const measure = (side: Side, times: ProcessorTime[], measureMs: number) => () =>
      lifecycleRate(platform, side, seeded, times, {
        inFlight: quick ? 4 : IN_FLIGHT,
        rampMs: quick ? 500 : 2500,
        measureMs,
      });
    const ms = quick ? 1000 : 8000;
    await alternate('lifecycle, warm-up', 2, {
      ours: measure('ours', [], ms / 2),
      bare: measure('bare', [], ms / 2),
    });
    const times = { ours: [] as ProcessorTime[], bare: [] as ProcessorTime[] };
    const { ours, bare } = await alternate('lifecycle', quick ? 1 : 5, {
      ours: measure('ours', times.ours, ms),
      bare: measure('bare', times.bare, ms),
    });
    const books = await verifyLedger(platform.pool);
    if (!books.ok) throw new Error(`the books are wrong: ${JSON.stringify(books.mismatches)}`);
    return [
      {
        measured: `Lifecycles a second, ${quick ? 4 : IN_FLIGHT} at once`,
        ours: show(spread(ours)),
        baseline: show(spread(bare)),
        ratio: show(ratio(ours, bare)),
        aim: 'at least 0.9',
      },
      ...timesResult('Processor time of a lifecycle, ms', times.ours, times.bare),
    ];
  },
};
