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
    summary: 'Liveness of this process',
    tag: 'system',
    roles: 'public',
    responses: {
      200: { description: 'The process is alive.', schema: z.object({ status: z.literal('ok') }) },
    },
    handler: async () => ({ status: 200, body: { status: 'ok' } }),
  }),
  endpoint({
    method: 'get',
    path: '/readyz',
    summary: 'Readiness of this process',
    description:
      'Checks PostgreSQL and Temporal and reports which of them is unavailable. A process that starts or stops is not ready.',
    tag: 'system',
    roles: 'public',
    query: z.object({
      only: z
        .enum(['process'])
        .optional()
        .describe(
          'For a proxy: checks the process alone. While a shared server is unavailable, each process still answers what it can.',
        ),
    }),
    responses: {
      200: { description: 'Ready.', schema: readiness },
      503: { description: 'One of them is unavailable, or the process starts or stops.', schema: readiness },
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
    description: 'Counts and durations without personal data. Keep it inside your network.',
    tag: 'system',
    roles: 'public',
    responses: {
      200: { description: 'Prometheus text format.', contentType: registry.contentType, schema: z.string() },
    },
    handler: async () => ({
      status: 200,
      raw: { contentType: registry.contentType, content: await registry.metrics() },
    }),
  }),
];
