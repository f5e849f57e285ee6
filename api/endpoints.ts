import type { Registry } from 'prom-client';
import type { Endpoint } from './endpoint';
import { auditEndpoints } from './routes/audit';
import { commissionPlanEndpoints } from './routes/commissionPlans';
import { commissionEndpoints } from './routes/commissions';
import { documentEndpoints } from './routes/documents';
import { keyEndpoints } from './routes/keys';
import { ledgerEndpoints } from './routes/ledger';
import { orderEndpoints } from './routes/orders';
import { productEndpoints } from './routes/products';
import { systemEndpoints } from './routes/system';
import { userEndpoints } from './routes/users';

/** Every endpoint of the API. A new resource adds its list here, and nowhere else. */
export function endpointsFor(registry: Registry): readonly Endpoint[] {
  const resources = [
    ...orderEndpoints,
    ...commissionEndpoints,
    ...productEndpoints,
    ...commissionPlanEndpoints,
    ...ledgerEndpoints,
    ...auditEndpoints,
    ...userEndpoints,
  ];
  const described = [...resources, ...keyEndpoints(resources), ...systemEndpoints(registry)];
  return [...described, ...documentEndpoints(described)];
}
