import type { ClientPlugin } from '@temporalio/client';
import type { WorkerPlugin } from '@temporalio/worker';
import type { Config } from '../config';

/** What a process does for tracing. */
export interface Tracing {
  /** For the Temporal client and worker: a trace goes on from the request through workflow and activities. */
  plugins: (ClientPlugin & WorkerPlugin)[];
  /** Sends what is not sent yet. */
  stop: () => Promise<void>;
}

/**
 * Sends traces to OTEL_EXPORTER_OTLP_ENDPOINT. Without that setting nothing of OpenTelemetry's SDK is loaded.
 * @param process name of the service in the traces, such as `api`
 */
export async function startTracing(
  config: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
  process: string,
): Promise<Tracing> {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return { plugins: [], stop: async () => {} };
  const [
    { OTLPTraceExporter },
    { BatchSpanProcessor, NodeTracerProvider },
    { Resource },
    { OpenTelemetryPlugin },
  ] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/resources'),
    import('@temporalio/interceptors-opentelemetry'),
  ]);
  const url = `${config.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`;
  const resource = new Resource({ 'service.name': `tributary-${process}` });
  const spanProcessor = new BatchSpanProcessor(new OTLPTraceExporter({ url }));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register();
  return {
    plugins: [new OpenTelemetryPlugin({ resource, spanProcessor })],
    stop: () => provider.shutdown(),
  };
}
