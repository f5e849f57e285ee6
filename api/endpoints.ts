import type { Registry } from 'prom-client';
import type { Endpoint } from './endpoint';
import { applicationEndpoints } from './routes/applications';
import { blacklistEndpoints } from './routes/blacklist';
import { distributorEndpoints } from './routes/distributors';
import { documentEndpoints } from './routes/documents';
import { systemEndpoints } from './routes/system';

/** Every endpoint of the API. A new resource adds its list here, and nowhere else. */
export function endpointsFor(registry: Registry): readonly Endpoint[] {
  const described: Endpoint[] = [
    ...applicationEndpoints,
    ...distributorEndpoints,
    ...blacklistEndpoints,
    ...systemEndpoints(registry),
  ];
  return [...described, ...documentEndpoints(described)];
}
