import type { Registry } from 'prom-client';
import type { Endpoint } from './endpoint';
import { documentEndpoints } from './routes/documents';
import { systemEndpoints } from './routes/system';

/** Every endpoint of the API. A new resource adds its list here, and nowhere else. */
export function endpointsFor(registry: Registry): readonly Endpoint[] {
  const described: Endpoint[] = [...systemEndpoints(registry)];
  return [...described, ...documentEndpoints(described)];
}
