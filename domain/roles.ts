/** What a user may be. */
export const ROLES = ['admin', 'compliance', 'finance', 'operator', 'distributor'] as const;

export type Role = (typeof ROLES)[number];

/** Everybody who works for the brand. */
export const STAFF = ['admin', 'compliance', 'finance', 'operator'] as const satisfies readonly Role[];

/** Who manages users and keys. */
export const ADMIN = ['admin'] as const satisfies readonly Role[];

/** Who approves and sends money. */
export const FINANCE = ['admin', 'finance'] as const satisfies readonly Role[];

/** Who reviews applications and keeps the blacklist. */
export const REVIEWERS = ['admin', 'compliance'] as const satisfies readonly Role[];

/** Who answers for the law, and nobody else: not even an admin. */
export const COMPLIANCE = ['compliance'] as const satisfies readonly Role[];

/** Who brings in orders, products and imports, by hand or by the shop's key, and runs the system. */
export const OPERATORS = ['admin', 'operator'] as const satisfies readonly Role[];

/** Who looks after applicants and distributors. */
export const CHANNEL = ['admin', 'compliance', 'operator'] as const satisfies readonly Role[];

/** Who watches over money: reads withdrawals and may keep a commission back. */
export const CONTROLLERS = ['admin', 'compliance', 'finance'] as const satisfies readonly Role[];

/** Who may ask for a withdrawal and cancel one. */
export const WITHDRAWERS = ['admin', 'finance', 'distributor'] as const satisfies readonly Role[];

/** Who reads withdrawals; a distributor only their own. */
export const WITHDRAWAL_READERS = [...CONTROLLERS, 'distributor'] as const satisfies readonly Role[];

/** Who sells. */
export const DISTRIBUTOR = ['distributor'] as const satisfies readonly Role[];
