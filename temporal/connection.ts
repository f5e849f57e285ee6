import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';

/**
 * How to reach Temporal, for the API, the workers and the commands alike: from `TEMPORAL_ADDRESS`,
 * `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS_*` or a profile in Temporal's own configuration file.
 */
export function connectionConfig(): ClientConnectConfig & { namespace: string } {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return { connectionOptions, namespace: namespace ?? 'default' };
}
