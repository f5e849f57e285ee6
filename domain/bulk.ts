import type { PageKind } from './kinds';
import { CHANNEL, CONTROLLERS, FINANCE, REVIEWERS, type Role } from './roles';

/** Names of bulk actions. */
export const bulkActionNames = [
  'withdrawals.approve',
  'withdrawals.reject',
  'commissions.hold',
  'commissions.unhold',
  'distributors.suspend',
  'distributors.reinstate',
  'applications.claim',
] as const;

export type BulkActionName = (typeof bulkActionNames)[number];

/** Target kind of a bulk action and its permission, the same as for the single call. */
export interface BulkRight {
  kind: PageKind;
  roles: readonly Role[];
  scope: string;
  /** The single call. */
  single: string;
}

/** Permissions of bulk actions. Checked at the request, and again before each item. */
export const bulkRights: Record<BulkActionName, BulkRight> = {
  'withdrawals.approve': {
    kind: 'withdrawal',
    roles: FINANCE,
    scope: 'withdrawals:approve',
    single: '/v1/withdrawals/{id}/approve',
  },
  'withdrawals.reject': {
    kind: 'withdrawal',
    roles: FINANCE,
    scope: 'withdrawals:approve',
    single: '/v1/withdrawals/{id}/reject',
  },
  'commissions.hold': {
    kind: 'commission',
    roles: CONTROLLERS,
    scope: 'commissions:hold',
    single: '/v1/commissions/{id}/hold',
  },
  'commissions.unhold': {
    kind: 'commission',
    roles: CONTROLLERS,
    scope: 'commissions:hold',
    single: '/v1/commissions/{id}/unhold',
  },
  'distributors.suspend': {
    kind: 'distributor',
    roles: CHANNEL,
    scope: 'distributors:write',
    single: '/v1/distributors/{id}/suspend',
  },
  'distributors.reinstate': {
    kind: 'distributor',
    roles: CHANNEL,
    scope: 'distributors:write',
    single: '/v1/distributors/{id}/reinstate',
  },
  'applications.claim': {
    kind: 'application',
    roles: REVIEWERS,
    scope: 'applications:decide',
    single: '/v1/applications/{id}/claim',
  },
};
