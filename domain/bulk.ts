import type { PageKind } from './kinds';
import { CHANNEL, CONTROLLERS, FINANCE, REVIEWERS, type Role } from './roles';

/** Target kind of a bulk action and its permission, the same as for the single call. */
export interface BulkRight {
  kind: PageKind;
  roles: readonly Role[];
  scope: string;
  /** The single call. */
  single: string;
}

/** Bulk actions by the kind of their items; empty where no list of the kind offers one. */
const rightsOf = {
  withdrawal: {
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
  },
  commission: {
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
  },
  distributor: {
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
  },
  application: {
    'applications.claim': {
      roles: REVIEWERS,
      scope: 'applications:decide',
      single: '/v1/applications/{id}/claim',
    },
  },
  account_change: {},
  credential: {},
  order: {},
  release: {},
  payout: {},
  plan: {},
  policy: {},
  product: {},
  bulk: {},
  import: {},
  user: {},
} as const satisfies Record<PageKind, Record<string, Omit<BulkRight, 'kind'>>>;

export type BulkActionName = { [K in PageKind]: keyof (typeof rightsOf)[K] }[PageKind];

/** Permissions of bulk actions. Checked at the request, and again before each item. */
export const bulkRights = Object.fromEntries(
  Object.entries(rightsOf).flatMap(([kind, rights]) =>
    Object.entries<Omit<BulkRight, 'kind'>>(rights).map(([name, right]) => [name, { ...right, kind }]),
  ),
) as Record<BulkActionName, BulkRight>;

/** Names of bulk actions. */
export const bulkActionNames = Object.keys(bulkRights) as BulkActionName[];
