import { CHANNEL, CONTROLLERS, FINANCE, REVIEWERS } from '../domain/roles';
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

/** What a person needs to do it: the same as for a single one. */
export interface BulkRight {
  roles: readonly ('admin' | 'compliance' | 'finance' | 'operator')[];
  scope: string;
  /** The call that does it to a single one. */
  single: string;
}

/** Who may do what. Read when the action is asked for, and again before each item. */
export const bulkRights: Record<BulkActionName, BulkRight> = {
  'withdrawals.approve': {
    roles: FINANCE,
    scope: 'withdrawals:approve',
    single: '/v1/withdrawals/{id}/approve',
  },
  'withdrawals.reject': {
    roles: FINANCE,
    scope: 'withdrawals:approve',
    single: '/v1/withdrawals/{id}/reject',
  },
  'commissions.hold': {
    roles: CONTROLLERS,
    scope: 'commissions:hold',
    single: '/v1/commissions/{id}/hold',
  },
  'commissions.unhold': {
    roles: CONTROLLERS,
    scope: 'commissions:hold',
    single: '/v1/commissions/{id}/unhold',
  },
  'distributors.suspend': {
    roles: CHANNEL,
    scope: 'distributors:write',
    single: '/v1/distributors/{id}/suspend',
  },
  'distributors.reinstate': {
    roles: CHANNEL,
    scope: 'distributors:write',
    single: '/v1/distributors/{id}/reinstate',
  },
  'applications.claim': {
    roles: REVIEWERS,
    scope: 'applications:decide',
    single: '/v1/applications/{id}/claim',
  },
};
