import type { Registry } from 'prom-client';
import { scopesOf } from './authentication';
import type { Endpoint, Role } from './endpoint';
import { applicationReviewEndpoints } from './routes/applicationReview';
import { applicationEndpoints } from './routes/applications';
import { auditEndpoints } from './routes/audit';
import { balanceEndpoints } from './routes/balances';
import { blacklistEndpoints } from './routes/blacklist';
import { bulkActionEndpoints } from './routes/bulkActions';
import { commissionPlanEndpoints } from './routes/commissionPlans';
import { commissionReleaseEndpoints } from './routes/commissionReleases';
import { commissionEndpoints } from './routes/commissions';
import { credentialEndpoints } from './routes/credentials';
import { distributorEndpoints } from './routes/distributors';
import { documentEndpoints } from './routes/documents';
import { earningEndpoints } from './routes/earnings';
import { healthEndpoints } from './routes/health';
import { holdEndpoints } from './routes/holds';
import { homeEndpoints } from './routes/home';
import { importEndpoints } from './routes/imports';
import { keyEndpoints } from './routes/keys';
import { ledgerEndpoints } from './routes/ledger';
import { mailEndpoints } from './routes/mails';
import { meEndpoints } from './routes/me';
import { noteEndpoints } from './routes/notes';
import { oidcEndpoints } from './routes/oidc';
import { orderEventEndpoints } from './routes/orderEvents';
import { orderListEndpoints } from './routes/orderList';
import { orderEndpoints } from './routes/orders';
import { orderWindowEndpoints } from './routes/orderWindows';
import { payoutBatchEndpoints } from './routes/payoutBatches';
import { planPreviewEndpoints } from './routes/planPreview';
import { processEndpoints } from './routes/processes';
import { productEndpoints } from './routes/products';
import { reportEndpoints } from './routes/reports';
import { returnEndpoints } from './routes/returns';
import { reviewQueueEndpoints } from './routes/reviewQueue';
import { savedViewEndpoints } from './routes/savedViews';
import { searchEndpoints } from './routes/search';
import { signInEndpoints } from './routes/signIn';
import { sponsorTreeEndpoints } from './routes/sponsorTree';
import { systemEndpoints } from './routes/system';
import { timelineEndpoints } from './routes/timeline';
import { userEndpoints } from './routes/users';
import { withdrawalEndpoints } from './routes/withdrawals';

/** Every endpoint of the API. A new resource adds its list here, and nowhere else. */
export function endpointsFor(registry: Registry): readonly Endpoint[] {
  const scopesOfRole = (role: Role) => scopesOf(role, described);
  const resources = [
    ...applicationEndpoints,
    ...applicationReviewEndpoints,
    ...sponsorTreeEndpoints,
    ...reviewQueueEndpoints,
    ...distributorEndpoints,
    ...earningEndpoints,
    ...credentialEndpoints,
    ...blacklistEndpoints,
    ...orderListEndpoints,
    ...orderEndpoints,
    ...orderEventEndpoints,
    ...orderWindowEndpoints,
    ...returnEndpoints,
    ...commissionEndpoints,
    ...holdEndpoints,
    ...commissionReleaseEndpoints,
    ...withdrawalEndpoints,
    ...payoutBatchEndpoints,
    ...productEndpoints,
    ...commissionPlanEndpoints,
    ...planPreviewEndpoints,
    ...ledgerEndpoints,
    ...balanceEndpoints,
    ...reportEndpoints,
    ...importEndpoints,
    ...processEndpoints,
    ...healthEndpoints,
    ...mailEndpoints,
    ...auditEndpoints,
    ...userEndpoints,
    ...signInEndpoints(scopesOfRole),
    ...oidcEndpoints,
    ...meEndpoints(scopesOfRole),
    ...homeEndpoints,
    ...searchEndpoints,
    ...timelineEndpoints,
    ...noteEndpoints,
    ...savedViewEndpoints,
    ...bulkActionEndpoints,
  ];
  const described: Endpoint[] = [...resources, ...keyEndpoints(resources), ...systemEndpoints(registry)];
  return [...described, ...documentEndpoints(described)];
}
