import type { Registry } from 'prom-client';
import { z } from 'zod';
import { isConnected } from '../workflows/client';
import { type ApiContext, type Endpoint, endpoint } from './endpoint';
import { unlessSlow } from './stall';

const readiness = z.object({
  status: z.enum(['ok', 'starting', 'stopping', 'unavailable']),
  postgresql: z.boolean().optional(),
  temporal: z.boolean().optional(),
});

/** Whether the servers behind this process answer. */
async function askServers(context: ApiContext): Promise<{ postgresql: boolean; temporal: boolean }> {
  const answers = context.pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
  const [postgresql, temporal] = await Promise.all([unlessSlow(answers, false), isConnected(context)]);
  return { postgresql, temporal };
}

/** Health and metrics, for machines that watch over this process. */
export const systemEndpoints = (registry: Registry): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/healthz',
    summary: 'Whether this process is alive',
    tag: 'system',
    roles: 'public',
    responses: { 200: { description: 'It is.', schema: z.object({ status: z.literal('ok') }) } },
    handler: async () => ({ status: 200, body: { status: 'ok' } }),
  }),
  endpoint({
    method: 'get',
    path: '/readyz',
    summary: 'Whether this process can do its work',
    description:
      'Asks PostgreSQL and Temporal, and says which of them is away. A process that starts or stops is not ready.',
    tag: 'system',
    roles: 'public',
    query: z.object({
      only: z
        .enum(['process'])
        .optional()
        .describe(
          'For a proxy: asks no server. While one is away that all processes share, each still answers what it can.',
        ),
    }),
    responses: {
      200: { description: 'It can.', schema: readiness },
      503: { description: 'One of them is away, or the process starts or stops.', schema: readiness },
    },
    handler: async ({ context, query }) => {
      const servers = query.only === 'process' ? {} : await askServers(context);
      const phase = context.phase();
      const isServed = Object.values(servers).every(Boolean);
      const status = phase !== 'running' ? phase : isServed ? 'ok' : 'unavailable';
      const headers = status === 'ok' ? undefined : { 'Retry-After': '5' };
      return { status: status === 'ok' ? 200 : 503, body: { status, ...servers }, headers };
    },
  }),
  endpoint({
    method: 'get',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    description: 'Counts and durations, with nothing of any person. Keep it inside your network.',
    tag: 'system',
    roles: 'public',
    responses: {
      200: { description: 'Text format.', contentType: registry.contentType, schema: z.string() },
    },
    handler: async () => ({
      status: 200,
      raw: { contentType: registry.contentType, content: await registry.metrics() },
    }),
  }),
];
