import type { Registry } from 'prom-client';
import type { Endpoint } from './endpoint';
import { applicationEndpoints } from './routes/applications';
import { auditEndpoints } from './routes/audit';
import { blacklistEndpoints } from './routes/blacklist';
import { bulkActionEndpoints } from './routes/bulkActions';
import { commissionPlanEndpoints } from './routes/commissionPlans';
import { commissionReleaseEndpoints } from './routes/commissionReleases';
import { commissionEndpoints } from './routes/commissions';
import { distributorEndpoints } from './routes/distributors';
import { documentEndpoints } from './routes/documents';
import { holdEndpoints } from './routes/holds';
import { homeEndpoints } from './routes/home';
import { keyEndpoints } from './routes/keys';
import { ledgerEndpoints } from './routes/ledger';
import { noteEndpoints } from './routes/notes';
import { orderEndpoints } from './routes/orders';
import { payoutBatchEndpoints } from './routes/payoutBatches';
import { productEndpoints } from './routes/products';
import { reviewQueueEndpoints } from './routes/reviewQueue';
import { savedViewEndpoints } from './routes/savedViews';
import { searchEndpoints } from './routes/search';
import { systemEndpoints } from './routes/system';
import { timelineEndpoints } from './routes/timeline';
import { userEndpoints } from './routes/users';
import { withdrawalEndpoints } from './routes/withdrawals';

/** Every endpoint of the API. A new resource adds its list here, and nowhere else. */
export function endpointsFor(registry: Registry): readonly Endpoint[] {
  const resources = [
    ...applicationEndpoints,
    ...reviewQueueEndpoints,
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
    ...homeEndpoints,
    ...searchEndpoints,
    ...timelineEndpoints,
    ...noteEndpoints,
    ...savedViewEndpoints,
    ...bulkActionEndpoints,
  ];
  const described = [...resources, ...keyEndpoints(resources), ...systemEndpoints(registry)];
  return [...described, ...documentEndpoints(described)];
}
