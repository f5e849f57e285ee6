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

/** Permission for a bulk action: the same as for the single call. */
export interface BulkRight {
  roles: readonly ('admin' | 'compliance' | 'finance' | 'operator')[];
  scope: string;
  /** The single call. */
  single: string;
}

/** Permissions of bulk actions. Checked at the request, and again before each item. */
export const bulkRights: Record<BulkActionName, BulkRight> = {
  'withdrawals.approve': {
    roles: ['admin', 'finance'],
    scope: 'withdrawals:approve',
    single: '/v1/withdrawals/{id}/approve',
  },
  'withdrawals.reject': {
    roles: ['admin', 'finance'],
    scope: 'withdrawals:approve',
    single: '/v1/withdrawals/{id}/reject',
  },
  'commissions.hold': {
    roles: ['admin', 'finance', 'compliance'],
    scope: 'commissions:hold',
    single: '/v1/commissions/{id}/hold',
  },
  'commissions.unhold': {
    roles: ['admin', 'finance', 'compliance'],
    scope: 'commissions:hold',
    single: '/v1/commissions/{id}/unhold',
  },
  'distributors.suspend': {
    roles: ['admin', 'compliance', 'operator'],
    scope: 'distributors:write',
    single: '/v1/distributors/{id}/suspend',
  },
  'distributors.reinstate': {
    roles: ['admin', 'compliance', 'operator'],
    scope: 'distributors:write',
    single: '/v1/distributors/{id}/reinstate',
  },
  'applications.claim': {
    roles: ['admin', 'compliance'],
    scope: 'applications:decide',
    single: '/v1/applications/{id}/claim',
  },
};
