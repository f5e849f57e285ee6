import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Measures activities, and counts the failed ones by what failed and why. */
export function countActivities(registry: Registry): ActivityInterceptorsFactory {
  const durations = new Histogram({
    name: 'tributary_activity_duration_seconds',
    help: 'Duration of one attempt of an activity.',
    labelNames: ['activity'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'tributary_activity_failures_total',
    help: 'Failed attempts of activities. Refusals of a request by the rules are among them, by their code.',
    labelNames: ['activity', 'type'],
    registers: [registry],
  });
  return ({ info: { activityType: activity } }: Context) => ({
    inbound: {
      async execute(input, next) {
        const end = durations.startTimer({ activity });
        try {
          return await next(input);
        } catch (error) {
          failures.inc({ activity, type: typeOf(error) });
          throw error;
        } finally {
          end();
        }
      },
    },
  });
}

/** What failed: the code of a refusal, or the name of the error. */
export function typeOf(error: unknown): string {
  if (error instanceof ApplicationFailure) return error.type ?? error.name;
  return error instanceof Error ? error.name : 'unknown';
}
