import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { scrub } from './log';

const longestPauseMs = 10_000;

/**
 * Repeats an attempt until it succeeds, with pauses that grow to ten seconds, and logs one line for each failure.
 * For what a process needs at its start: another server that is away can return without a restart of this process.
 * @param what is missing, as the log says it, such as `Temporal cannot be reached`
 * @param heals whether a failure can pass without a restart of this process
 * @returns what the attempt returned
 * @throws the failure that cannot heal
 */
export async function keepTrying<T>(
  what: string,
  attempt: () => Promise<T>,
  { log, heals }: { log: Pick<Logger, 'warn'>; heals: (error: unknown) => boolean },
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!heals(error)) throw error;
      const pauseMs = Math.min(longestPauseMs, 250 * 2 ** attempts);
      const reason = scrub(error instanceof Error ? error.message || error.name : String(error));
      log.warn({ reason, attempts, pauseMs }, `${what}; trying again`);
      await delay(pauseMs);
    }
  }
}
