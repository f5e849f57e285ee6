import type { Registry } from 'prom-client';
import { z } from 'zod';
import { isConnected } from '../workflows/client';
import { type Endpoint, endpoint } from './endpoint';
import { unlessSlow } from './stall';

const away = z.object({
  status: z.enum(['ok', 'unavailable']),
  postgresql: z.boolean(),
  temporal: z.boolean(),
});

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
    description: 'Checks PostgreSQL and Temporal and reports which of them is unavailable.',
    tag: 'system',
    roles: 'public',
    responses: {
      200: { description: 'Both are available.', schema: away },
      503: { description: 'One of them is unavailable.', schema: away },
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
      const ready = postgresql && temporal;
      return {
        status: ready ? 200 : 503,
        body: { status: ready ? 'ok' : 'unavailable', postgresql, temporal },
        ...(!ready && { headers: { 'Retry-After': '5' } }),
      };
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
