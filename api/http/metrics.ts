import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { collectBusinessMetrics } from '../reports/businessMetrics';
import { temporalLoad } from '../workflows/client';
import type { ApiContext } from './endpoint';

/** The API's metrics for Prometheus. */
export interface Metrics {
  registry: Registry;
  requests: Histogram<'method' | 'route' | 'status'>;
  inFlight: Gauge;
  rejectedKeys: Counter;
}

/** Sets the metrics of one app up. Business figures are read when they are scraped. */
export function createMetrics(context: ApiContext): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  collectBusinessMetrics(registry, context.pool);
  new Gauge({
    name: 'tributary_workflow_calls',
    help: 'Requests waiting for a workflow to answer, and requests queued to call one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { inFlight, queued } = temporalLoad(context);
      this.set({ state: 'in_flight' }, inFlight);
      this.set({ state: 'queued' }, queued);
    },
  });
  return {
    registry,
    requests: new Histogram({
      name: 'tributary_http_request_duration_seconds',
      help: 'Time until the response is complete.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [registry],
    }),
    inFlight: new Gauge({
      name: 'tributary_http_requests_in_flight',
      help: 'Requests in progress.',
      registers: [registry],
    }),
    rejectedKeys: new Counter({
      name: 'tributary_http_rejected_keys_total',
      help: 'Requests with an unknown, expired or revoked key.',
      registers: [registry],
    }),
  };
}
