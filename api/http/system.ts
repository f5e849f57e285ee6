import type { Registry } from 'prom-client';
import { z } from 'zod';
import { isConnected } from '../workflows/client';
import { type Endpoint, endpoint } from './endpoint';
import { unlessSlow } from './stall';

const away = z.object({
  status: z.enum(['ok', 'starting', 'stopping', 'unavailable']),
  postgresql: z.boolean(),
  temporal: z.boolean(),
});

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
    responses: {
      200: { description: 'Both answer.', schema: away },
      503: { description: 'One of them is away, or the process starts or stops.', schema: away },
    },
    handler: async ({ context }) => {
      const [postgresql, temporal] = await Promise.all([
        unlessSlow(
          context.pool.query('SELECT 1').then(
            () => true,
            () => false,
          ),
          false,
        ),
        isConnected(context),
      ]);
      const phase = context.phase();
      const ready = phase === 'running' && postgresql && temporal;
      const status = ready ? 'ok' : phase === 'running' ? 'unavailable' : phase;
      return {
        status: ready ? 200 : 503,
        body: { status, postgresql, temporal },
        ...(!ready && { headers: { 'Retry-After': '5' } }),
      };
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
