import type { PageKind } from './kinds';
import { CHANNEL, CONTROLLERS, FINANCE, REVIEWERS, type Role } from './roles';

/** What can be done to many things at once. */
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

/** What it is done to, and what a person needs to do it: the same as for a single one. */
export interface BulkRight {
  kind: PageKind;
  roles: readonly Role[];
  scope: string;
  /** The call that does it to a single one. */
  single: string;
}

/** Who may do what. Read when the action is asked for, and again before each item. */
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
