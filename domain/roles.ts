/** Roles of users. */
export const ROLES = ['admin', 'compliance', 'finance', 'operator', 'distributor'] as const;

export type Role = (typeof ROLES)[number];

/** All roles of the brand's staff. */
export const STAFF = ['admin', 'compliance', 'finance', 'operator'] as const satisfies readonly Role[];

/** Roles that manage users and keys. */
export const ADMIN = ['admin'] as const satisfies readonly Role[];

/** Roles that approve and send payments. */
export const FINANCE = ['admin', 'finance'] as const satisfies readonly Role[];

/** Roles that review applications and manage the blacklist. */
export const REVIEWERS = ['admin', 'compliance'] as const satisfies readonly Role[];

/** The role responsible for legal compliance; admins are excluded. */
export const COMPLIANCE = ['compliance'] as const satisfies readonly Role[];

/** Roles that record orders, products and imports, manually or with the shop's key, and operate the system. */
export const OPERATORS = ['admin', 'operator'] as const satisfies readonly Role[];

/** Roles that manage applicants and distributors. */
export const CHANNEL = ['admin', 'compliance', 'operator'] as const satisfies readonly Role[];

/** Roles that control payments: read withdrawals and put commissions on hold. */
export const CONTROLLERS = ['admin', 'compliance', 'finance'] as const satisfies readonly Role[];

/** Roles that request and cancel withdrawals. */
export const WITHDRAWERS = ['admin', 'finance', 'distributor'] as const satisfies readonly Role[];

/** Roles that read withdrawals; distributors only their own. */
export const WITHDRAWAL_READERS = [...CONTROLLERS, 'distributor'] as const satisfies readonly Role[];

/** Roles that hand in a renewal of a credential; distributors only of their own. */
export const RENEWERS = ['admin', 'compliance', 'distributor'] as const satisfies readonly Role[];

/** The role of distributors. */
export const DISTRIBUTOR = ['distributor'] as const satisfies readonly Role[];

/**
 * What a key of a machine may have: what a shop reports and reads. Decisions about people and money are made with the
 * key or session of a person, who is named in the audit log.
 */
export const MACHINE_SCOPES: readonly string[] = [
  'commissions:read',
  'distributors:read',
  'imports:read',
  'imports:write',
  'orders:read',
  'orders:write',
  'products:read',
  'products:write',
];
