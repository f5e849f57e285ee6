import type { Registry } from 'prom-client';
import { scopesOf } from './authentication';
import type { Endpoint, Role } from './endpoint';
import { applicationEndpoints } from './routes/applications';
import { auditEndpoints } from './routes/audit';
import { blacklistEndpoints } from './routes/blacklist';
import { commissionPlanEndpoints } from './routes/commissionPlans';
import { commissionReleaseEndpoints } from './routes/commissionReleases';
import { commissionEndpoints } from './routes/commissions';
import { distributorEndpoints } from './routes/distributors';
import { documentEndpoints } from './routes/documents';
import { holdEndpoints } from './routes/holds';
import { keyEndpoints } from './routes/keys';
import { ledgerEndpoints } from './routes/ledger';
import { meEndpoints } from './routes/me';
import { oidcEndpoints } from './routes/oidc';
import { orderEndpoints } from './routes/orders';
import { payoutBatchEndpoints } from './routes/payoutBatches';
import { productEndpoints } from './routes/products';
import { signInEndpoints } from './routes/signIn';
import { systemEndpoints } from './routes/system';
import { userEndpoints } from './routes/users';
import { withdrawalEndpoints } from './routes/withdrawals';

/** Every endpoint of the API. A new resource adds its list here, and nowhere else. */
export function endpointsFor(registry: Registry): readonly Endpoint[] {
  const scopesOfRole = (role: Role) => scopesOf(role, described);
  const resources = [
    ...applicationEndpoints,
    ...distributorEndpoints,
    ...blacklistEndpoints,
    ...orderEndpoints,
    ...commissionEndpoints,
    ...holdEndpoints,
    ...commissionReleaseEndpoints,
    ...withdrawalEndpoints,
    ...payoutBatchEndpoints,
    ...productEndpoints,
    ...commissionPlanEndpoints,
    ...ledgerEndpoints,
    ...auditEndpoints,
    ...userEndpoints,
    ...signInEndpoints(scopesOfRole),
    ...oidcEndpoints,
    ...meEndpoints(scopesOfRole),
  ];
  const described: Endpoint[] = [...resources, ...keyEndpoints(resources), ...systemEndpoints(registry)];
  return [...described, ...documentEndpoints(described)];
}
