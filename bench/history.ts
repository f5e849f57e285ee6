import type { Bench } from './bench';
import { makePayment, runLifecycle, type Side } from './lifecycles';
import { show, spread } from './rounds';
import { seed } from './seed';
import type { Platform } from './servers';

export const history: Bench = {
  description:
    'Events and bytes that the history of one such lifecycle has when it is closed, by what the server counts, with encrypted payloads.',
  async run(servers, { quick }) {
    const platform = await servers.startPlatform({ encrypted: true });
    const seeded = await seed(platform.pool);
    const sizes: Record<Side, Size[]> = { ours: [], bare: [] };
    for (let count = quick ? 1 : 10; count > 0; count--) {
      const payment = makePayment(seeded);
      for (const side of ['ours', 'bare'] as const) sizes[side].push(await sizeOf(platform, side, payment));
    }
    const row = (of: (size: Size) => number, unit: string) => ({
      ours: show(spread(sizes.ours.map(of)), unit),
      baseline: show(spread(sizes.bare.map(of)), unit),
    });
    return [
      { measured: 'Events of a lifecycle', ...row(({ events }) => events, ''), aim: 'max 20' },
      { measured: 'Size of its history', ...row(({ bytes }) => bytes / 1000, 'KB'), aim: 'max 10 KB' },
    ];
  },
};

interface Size {
  events: number;
  bytes: number;
}

async function sizeOf(
  platform: Platform,
  side: Side,
  payment: Parameters<typeof runLifecycle>[2],
): Promise<Size> {
  const handle = await runLifecycle(platform, side, payment);
  const { historyLength, historySize } = await handle.describe();
  return { events: historyLength, bytes: historySize ?? Number.NaN };
}
