import type { Context, Info } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Pool } from '../database/pool';
import { storableText } from '../domain/storableText';
import { scrub } from '../log';
import { typeOf } from './activityMetrics';

/** Earlier failures mostly end without action, as when a server is restarted. */
const notedFrom = 3;
const longestMessage = 500;

/**
 * Notes activities that keep failing in `failing_activities`, where the console finds them, and removes them
 * once they succeed or end. Costs nothing before the third attempt. Local activities are among them, of which the
 * Temporal server knows nothing.
 */
export function noteFailures(pool: Pool, log: Pick<Logger, 'warn'>): ActivityInterceptorsFactory {
  // A failed note must never change the result of the activity: often the database itself is away.
  const write = (text: string, values: unknown[]) =>
    pool.query(text, values).catch((error: unknown) => {
      log.warn({ err: error }, 'a failing activity could not be noted');
    });
  return ({ info }: Context) => ({
    inbound: {
      async execute(input, next) {
        if (info.attempt < notedFrom) return next(input);
        try {
          const result = await next(input);
          await write(forget, keyOf(info));
          return result;
        } catch (error) {
          if (isRetried(error, info)) await write(note, [...keyOf(info), ...describe(error, info)]);
          else await write(forget, keyOf(info));
          throw error;
        }
      },
    },
  });
}

const forget = 'DELETE FROM failing_activities WHERE workflow_id = $1 AND activity_id = $2';
const note = `
  WITH outdated AS (
    DELETE FROM failing_activities
    WHERE last_failed_at < now() - interval '1 day' AND (workflow_id, activity_id) <> ($1, $2)
  )
  INSERT INTO failing_activities (workflow_id, activity_id, type, attempt, error_type, message)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (workflow_id, activity_id) DO UPDATE
  SET attempt = EXCLUDED.attempt, error_type = EXCLUDED.error_type, message = EXCLUDED.message, last_failed_at = now()`;

/** A local activity gets a new id with each longer pause between its attempts. */
function keyOf({ workflowExecution, activityId, activityType, isLocal }: Info): unknown[] {
  return [workflowExecution?.workflowId ?? '', isLocal ? `local/${activityType}` : activityId];
}

function describe(error: unknown, { activityType, attempt }: Info): unknown[] {
  const message = scrub(error instanceof Error ? error.message : String(error));
  return [activityType, attempt, typeOf(error), storableText(message, longestMessage)];
}

function isRetried(error: unknown, { attempt, retryPolicy }: Info): boolean {
  if (error instanceof CancelledFailure) return false;
  if (error instanceof ApplicationFailure && error.nonRetryable) return false;
  if (retryPolicy?.nonRetryableErrorTypes?.includes(typeOf(error))) return false;
  // Zero stands for no limit.
  return !retryPolicy?.maximumAttempts || attempt < retryPolicy.maximumAttempts;
}
