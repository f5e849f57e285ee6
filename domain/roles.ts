/** What a user may be. */
export const ROLES = ['admin', 'compliance', 'finance', 'operator', 'distributor'] as const;

export type Role = (typeof ROLES)[number];

/** Everybody who works for the brand. */
export const STAFF = ['admin', 'compliance', 'finance', 'operator'] as const satisfies readonly Role[];

/** Who approves and sends money. */
export const FINANCE = ['admin', 'finance'] as const satisfies readonly Role[];

/** Who reviews applications. */
export const REVIEWERS = ['admin', 'compliance'] as const satisfies readonly Role[];
