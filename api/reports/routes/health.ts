import { z } from 'zod';
import { OPERATORS, STAFF } from '../../../domain/roles';
import { version } from '../../../package.json';
import { type ApiContext, type Endpoint, endpoint } from '../../http/endpoint';
import { timestampOutput } from '../../http/schemas';
import { stuckKinds } from '../stuckAdvice';
import { readStuckWork } from '../stuckWork';
import { describeTaskQueues, liveWorkers, processing } from '../workers';

const words = z.object({ zh: z.string(), en: z.string() });

const stuckSchema = z
  .object({
    kind: z.enum(stuckKinds),
    subject: z.string().describe('The subject, such as order/4711.'),
    since: timestampOutput,
    attempts: z.int().optional(),
    what: words,
    remedy: words,
    href: z.string().nullable().describe('The console page of the subject; null if the role cannot open it.'),
    actions: z.array(
      z.object({
        name: z.enum(['resend', 'discard']),
        method: z.literal('POST'),
        path: z.string(),
        body: z
          .record(z.string(), z.string())
          .optional()
          .describe('Fields of the body; to discard, a `reason` is needed too.'),
      }),
    ),
  })
  .meta({ id: 'StuckWork' });

const healthSchema = z
  .object({
    version: z.string(),
    database: z.object({
      reachable: z.boolean(),
      answerMs: z.number().nullable(),
      sizeBytes: z.int().nullable(),
      migrations: z
        .object({ applied: z.int(), latest: z.string(), unfinished: z.array(z.string()) })
        .nullable()
        .describe('Unfinished: started and failed; an engineer must repair the database.'),
    }),
    temporal: z.object({
      reachable: z.boolean(),
      namespace: z.string(),
      taskQueues: z.array(
        z.object({
          name: z.string(),
          type: z.enum(['workflow', 'activity']),
          backlog: z.int().nullable().describe('Approximate number of tasks waiting for a worker.'),
          backlogAgeMs: z.int().nullable(),
          pollers: z.int(),
        }),
      ),
    }),
    workers: z.array(z.object({ identity: z.string(), lastSeenAt: timestampOutput })).describe('That work.'),
    mails: z
      .object({
        pending: z.int(),
        undeliverable: z.int(),
        oldestPendingAt: timestampOutput.nullable(),
        capped: z.boolean().describe('True if there are more than counted.'),
      })
      .nullable(),
  })
  .meta({ id: 'SystemHealth' });

type Health = z.input<typeof healthSchema>;

const maxCounted = 10_000;

async function databaseHealth({ pool, log }: ApiContext): Promise<Pick<Health, 'database' | 'mails'>> {
  try {
    const startedAt = performance.now();
    await pool.query('SELECT 1');
    const answerMs = Math.round((performance.now() - startedAt) * 10) / 10;
    const { rows } = await pool.query<{
      size: number;
      applied: number;
      latest: string;
      unfinished: string[];
      pending: number;
      undeliverable: number;
      oldest: Date | null;
    }>(
      `SELECT pg_database_size(current_database()) AS size, p.*, m.*
       FROM (SELECT count(*) FILTER (WHERE finished_at IS NOT NULL)::int AS applied,
           coalesce(max(migration_name) FILTER (WHERE finished_at IS NOT NULL), '') AS latest,
           coalesce(array_agg(migration_name) FILTER (WHERE finished_at IS NULL), '{}') AS unfinished
         FROM _prisma_migrations WHERE rolled_back_at IS NULL) p,
         (SELECT count(*) FILTER (WHERE state = 'pending')::int AS pending,
           count(*) FILTER (WHERE state = 'undeliverable')::int AS undeliverable,
           min(coalesce(resent_at, created_at)) FILTER (WHERE state = 'pending') AS oldest
         FROM (SELECT state, created_at, resent_at FROM mails WHERE state <> 'sent' LIMIT ${maxCounted}) waiting) m`,
    );
    const { size, applied, latest, unfinished, pending, undeliverable, oldest } = rows[0]!;
    return {
      database: { reachable: true, answerMs, sizeBytes: size, migrations: { applied, latest, unfinished } },
      mails: {
        pending,
        undeliverable,
        oldestPendingAt: oldest?.toISOString() ?? null,
        capped: pending + undeliverable === maxCounted,
      },
    };
  } catch (error) {
    log.warn({ err: error }, 'reading the health of the database failed');
    return {
      database: { reachable: false, answerMs: null, sizeBytes: null, migrations: null },
      mails: null,
    };
  }
}

async function temporalHealth(context: ApiContext): Promise<Pick<Health, 'temporal' | 'workers'>> {
  const { temporal: client, config, log } = context;
  const { namespace } = client.options;
  const name = config.TEMPORAL_TASK_QUEUE;
  try {
    const queues = await describeTaskQueues(context);
    return {
      temporal: {
        reachable: true,
        namespace,
        taskQueues: queues.map((queue) => ({ ...queue, name, pollers: queue.pollers.length })),
      },
      workers: [...liveWorkers(queues, new Date())].map(([identity, lastSeenAt]) => ({
        identity,
        lastSeenAt: lastSeenAt.toISOString(),
      })),
    };
  } catch (error) {
    log.warn({ err: error }, 'reading the health of Temporal failed');
    return { temporal: { reachable: false, namespace, taskQueues: [] }, workers: [] };
  }
}

/** Health and stuck work, for staff. */
export const healthEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/stuck-work',
    summary: 'List failed, overdue and undeliverable work, with what to do',
    description: 'Max 100 of each kind, oldest first. Includes only emails about subjects the role can read.',
    tag: 'system',
    roles: STAFF,
    scope: 'stuck-work:read',
    responses: {
      200: {
        description: 'The work that needs attention.',
        schema: z.object({
          items: z.array(stuckSchema),
          more: z.array(z.enum(stuckKinds)).describe('Kinds with more items than listed.'),
        }),
      },
    },
    handler: async ({ context, principal }) => ({
      status: 200,
      body: await readStuckWork(context.pool, principal.role),
    }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/system/processing',
    summary: 'Whether a worker is running',
    description:
      'Max five seconds old. A dead worker is noticed after 75 seconds, or after 10 while tasks are waiting.',
    tag: 'system',
    roles: STAFF,
    scope: 'system:read',
    responses: {
      200: {
        description: 'Whether a worker is running, or Temporal is unavailable.',
        schema: z.object({ state: z.enum(['working', 'no_worker', 'temporal_away']) }),
      },
    },
    handler: async ({ context }) => ({ status: 200, body: { state: await processing(context) } }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/system/health',
    summary: 'System health: database, Temporal, workers, emails',
    description: 'Responds with 200 even if some parts are unavailable, and says which.',
    tag: 'system',
    roles: OPERATORS,
    scope: 'system:read',
    responses: { 200: { description: 'The health of each part.', schema: healthSchema } },
    handler: async ({ context }) => {
      const [stored, processes] = await Promise.all([databaseHealth(context), temporalHealth(context)]);
      return { status: 200, body: { version, ...stored, ...processes } };
    },
  }),
];
