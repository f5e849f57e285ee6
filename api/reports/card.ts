import type { Role } from '../../domain/roles';
import type { Bind, Counted } from '../http/summary';

/** One figure of a user's home page. */
export interface Card {
  key: string;
  /** What waits for this user, what is late, or what changed in the last day. */
  group: 'waiting' | 'late' | 'changed';
  roles: readonly Role[];
  /** The list behind the figure, as a path of the console. */
  href: string;
  count: (bind: Bind) => Counted;
}

/** An instant for a link, in RFC 3339. @param time milliseconds since 1970 */
export type Moment = (time: number) => string;

export const day = 86_400_000;

/** SQL of the amount behind a count of commissions. */
export const commissionMoney = { amount: 'c.amount', currency: 'c.currency' };

/** SQL of the amount behind a count of withdrawals. */
export const withdrawalMoney = { amount: 'w.amount', currency: 'w.currency' };
