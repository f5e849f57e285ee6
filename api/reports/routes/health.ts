import { optionalTsToDate, optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { z } from 'zod';
import { OPERATORS, STAFF } from '../../../domain/roles';
import { version } from '../../../package.json';
import { type ApiContext, type Endpoint, endpoint } from '../../http/endpoint';
import { timestampOutput } from '../../http/schemas';
import { readStuckWork } from '../stuckWork';

const words = z.object({ zh: z.string(), en: z.string() });

const stuckSchema = z
  .object({
    kind: z.string(),
    subject: z.string().describe('What it is about, such as order/4711.'),
    since: timestampOutput,
    attempts: z.int().optional(),
    what: words,
    remedy: words,
    href: z
      .string()
      .nullable()
      .describe('The page of the console about it; null where it is not for the role.'),
    actions: z.array(
      z.object({
        name: z.enum(['resend', 'discard']),
        method: z.literal('POST'),
        path: z.string(),
        body: z
          .record(z.string(), z.string())
          .optional()
          .describe('What the body has to hold; to discard, with a `reason`.'),
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
        .describe('Unfinished: begun and failed; the database needs an engineer.'),
    }),
    temporal: z.object({
      reachable: z.boolean(),
      namespace: z.string(),
      taskQueues: z.array(
        z.object({
          name: z.string(),
          type: z.enum(['workflow', 'activity']),
          backlog: z.int().nullable().describe('Tasks that wait for a worker, roughly.'),
          backlogAgeMs: z.int().nullable(),
          pollers: z.int(),
        }),
      ),
    }),
    workers: z.array(z.object({ identity: z.string(), lastSeenAt: timestampOutput })),
    mails: z
      .object({
        pending: z.int(),
        undeliverable: z.int(),
        oldestPendingAt: timestampOutput.nullable(),
        capped: z.boolean().describe('True where there are more than are counted.'),
      })
      .nullable(),
  })
  .meta({ id: 'SystemHealth' });

type Health = z.input<typeof healthSchema>;

const mostCounted = 10_000;

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
         FROM (SELECT state, created_at, resent_at FROM mails WHERE state <> 'sent' LIMIT ${mostCounted}) waiting) m`,
    );
    const { size, applied, latest, unfinished, pending, undeliverable, oldest } = rows[0]!;
    return {
      database: { reachable: true, answerMs, sizeBytes: size, migrations: { applied, latest, unfinished } },
      mails: {
        pending,
        undeliverable,
        oldestPendingAt: oldest?.toISOString() ?? null,
        capped: pending + undeliverable === mostCounted,
      },
    };
  } catch (error) {
    log.warn({ err: error }, 'the database did not tell how it is');
    return {
      database: { reachable: false, answerMs: null, sizeBytes: null, migrations: null },
      mails: null,
    };
  }
}

const { TASK_QUEUE_TYPE_ACTIVITY: activityType, TASK_QUEUE_TYPE_WORKFLOW: workflowType } =
  temporal.api.enums.v1.TaskQueueType;

async function temporalHealth(context: ApiContext): Promise<Pick<Health, 'temporal' | 'workers'>> {
  const { temporal: client, config, log } = context;
  const { namespace } = client.options;
  const name = config.TEMPORAL_TASK_QUEUE;
  const describe = (taskQueueType: temporal.api.enums.v1.TaskQueueType) =>
    client.connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType,
      reportStats: true,
    });
  try {
    const answers = await client.connection.withDeadline(Date.now() + 2_000, () =>
      Promise.all([describe(workflowType), describe(activityType)]),
    );
    const lastSeen = new Map<string, string>();
    for (const { identity, lastAccessTime } of answers.flatMap(({ pollers }) => pollers)) {
      const at = optionalTsToDate(lastAccessTime)?.toISOString() ?? '';
      if (identity && at > (lastSeen.get(identity) ?? '')) lastSeen.set(identity, at);
    }
    return {
      temporal: {
        reachable: true,
        namespace,
        taskQueues: answers.map(({ stats, pollers }, index) => ({
          name,
          type: index === 0 ? 'workflow' : 'activity',
          backlog: stats?.approximateBacklogCount?.toNumber() ?? null,
          backlogAgeMs: optionalTsToMs(stats?.approximateBacklogAge) ?? null,
          pollers: pollers.length,
        })),
      },
      workers: [...lastSeen].map(([identity, lastSeenAt]) => ({ identity, lastSeenAt })),
    };
  } catch (error) {
    log.warn({ err: error }, 'Temporal did not tell how it is');
    return { temporal: { reachable: false, namespace, taskQueues: [] }, workers: [] };
  }
}

/** What staff look at to see whether all goes well, and what does not. */
export const healthEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/stuck-work',
    summary: 'Everything that fails, is late or could not be delivered, with what to do',
    description:
      'At most 100 of each kind, the oldest first. Of mails those about things that the role may read.',
    tag: 'system',
    roles: STAFF,
    scope: 'stuck-work:read',
    responses: {
      200: {
        description: 'What needs somebody.',
        schema: z.object({
          items: z.array(stuckSchema),
          more: z.array(z.string()).describe('Kinds of which there are more than are listed.'),
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
    path: '/v1/system/health',
    summary: 'How the system is: database, Temporal, workers, mails',
    description: 'Answers 200 also while some of it is away, and says which.',
    tag: 'system',
    roles: OPERATORS,
    scope: 'system:read',
    responses: { 200: { description: 'How it is.', schema: healthSchema } },
    handler: async ({ context }) => {
      const [stored, processes] = await Promise.all([databaseHealth(context), temporalHealth(context)]);
      return { status: 200, body: { version, ...stored, ...processes } };
    },
  }),
];
