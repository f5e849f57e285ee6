import type { Registry } from 'prom-client';
import type { Role } from '../domain/roles';
import { documentEndpoints as descriptionEndpoints } from './http/documents';
import type { Endpoint } from './http/endpoint';
import { systemEndpoints } from './http/system';
import { scopesOf } from './identity/authentication';
import { keyEndpoints } from './identity/routes/keys';
import { meEndpoints } from './identity/routes/me';
import { oidcEndpoints } from './identity/routes/oidc';
import { signInEndpoints } from './identity/routes/signIn';
import { userAccessEndpoints } from './identity/routes/userAccess';
import { userEndpoints } from './identity/routes/users';
import { healthEndpoints } from './reports/routes/health';
import { homeEndpoints } from './reports/routes/home';
import { reportEndpoints } from './reports/routes/reports';
import { accountChangeEndpoints } from './routes/accountChange/accountChange';
import { accountChangeDecisionEndpoints } from './routes/accountChange/decisions';
import { applicationEndpoints } from './routes/application/application';
import { reviewQueueEndpoints } from './routes/application/queue';
import { applicationReviewEndpoints } from './routes/application/review';
import { auditEndpoints } from './routes/audit';
import { blacklistEndpoints } from './routes/blacklist';
import { bulkActionEndpoints } from './routes/bulk';
import { commissionEndpoints } from './routes/commission/commission';
import { earningEndpoints } from './routes/commission/earnings';
import { holdEndpoints } from './routes/commission/holds';
import { credentialEndpoints } from './routes/credential/credential';
import { renewalEndpoints } from './routes/credential/renewals';
import { balanceEndpoints } from './routes/distributor/balances';
import { distributorEndpoints } from './routes/distributor/distributor';
import { restrictionEndpoints } from './routes/distributor/restrictions';
import { sponsorTreeEndpoints } from './routes/distributor/sponsorTree';
import { statementEndpoints } from './routes/distributor/statement';
import { documentEndpoints } from './routes/document/document';
import { importEndpoints } from './routes/import';
import { ledgerEndpoints } from './routes/ledger';
import { mailEndpoints } from './routes/mail/mail';
import { noteEndpoints } from './routes/notes';
import { orderEventEndpoints } from './routes/order/events';
import { orderListEndpoints } from './routes/order/list';
import { orderEndpoints } from './routes/order/order';
import { returnEndpoints } from './routes/order/returns';
import { orderWindowEndpoints } from './routes/order/windows';
import { payoutBatchEndpoints } from './routes/payout';
import { commissionPlanEndpoints } from './routes/plan/plan';
import { planPreviewEndpoints } from './routes/plan/preview';
import { policyEndpoints } from './routes/policy/policy';
import { productEndpoints } from './routes/product';
import { commissionReleaseEndpoints } from './routes/release';
import { savedViewEndpoints } from './routes/savedViews';
import { searchEndpoints } from './routes/search';
import { timelineEndpoints } from './routes/timeline';
import { withdrawalEndpoints } from './routes/withdrawal';
import { processEndpoints } from './workflows/processes';

/** Every endpoint of the API. A new resource adds its list here, and nowhere else. */
export function endpointsFor(registry: Registry): readonly Endpoint[] {
  const scopesOfRole = (role: Role) => scopesOf(role, described);
  const resources = [
    ...applicationEndpoints,
    ...applicationReviewEndpoints,
    ...sponsorTreeEndpoints,
    ...accountChangeEndpoints,
    ...accountChangeDecisionEndpoints,
    ...reviewQueueEndpoints,
    ...distributorEndpoints,
    ...statementEndpoints,
    ...restrictionEndpoints,
    ...earningEndpoints,
    ...credentialEndpoints,
    ...documentEndpoints,
    ...renewalEndpoints,
    ...policyEndpoints,
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
    ...userEndpoints(scopesOfRole),
    ...userAccessEndpoints(scopesOfRole),
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
  return [...described, ...descriptionEndpoints(described)];
}
