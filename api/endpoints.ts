import type { Registry } from 'prom-client';
import type { Endpoint } from './endpoint';
import { commissionEndpoints } from './routes/commissions';
import { documentEndpoints } from './routes/documents';
import { orderEndpoints } from './routes/orders';
import { systemEndpoints } from './routes/system';

/** Every endpoint of the API. A new resource adds its list here, and nowhere else. */
export function endpointsFor(registry: Registry): readonly Endpoint[] {
  const described: Endpoint[] = [...systemEndpoints(registry), ...orderEndpoints, ...commissionEndpoints];
  return [...described, ...documentEndpoints(described)];
}
