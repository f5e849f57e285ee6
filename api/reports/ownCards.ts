import { openStates } from '../../database/states';
import { DISTRIBUTOR } from '../../domain/roles';
import type { Bind } from '../http/summary';
import { type Card, commissionMoney, day, type Moment, withdrawalMoney } from './card';

/** The cards of a distributor: their own money. @param now milliseconds since 1970 */
export function ownCards(distributorId: string, at: Moment, now: number): Card[] {
  const roles = DISTRIBUTOR;
  const commissions = (
    card: Pick<Card, 'key' | 'group'>,
    href: string,
    where: (bind: Bind) => string,
    since: string,
  ): Card => ({
    ...card,
    roles,
    href,
    count: (bind) => ({
      from: 'commissions c',
      where: [`c.distributor_id = ${bind(distributorId)}`, where(bind)],
      since,
      money: commissionMoney,
    }),
  });
  const balance = (key: 'available' | 'debt', amount: string, href: string): Card => ({
    key,
    group: 'waiting',
    roles,
    href,
    count: (bind) => ({
      from: 'balances b',
      where: [`b.distributor_id = ${bind(distributorId)}`, `${amount} > 0`],
      money: { amount, currency: 'b.currency' },
    }),
  });
  const yesterday = at(now - day);
  return [
    commissions(
      { key: 'held', group: 'waiting' },
      '/earnings?state=held',
      () => `c.state = 'held' AND c.amount > 0`,
      'c.created_at',
    ),
    commissions(
      { key: 'due', group: 'waiting' },
      '/earnings?state=due',
      () => `c.state = 'due' AND c.amount > 0`,
      'c.due_at',
    ),
    balance(
      'available',
      'greatest(0, b.available - kept_back(b.distributor_id, b.currency, now()))',
      '/my-withdrawals',
    ),
    balance('debt', 'b.debt', '/earnings?state=statement'),
    {
      key: 'withdrawals_under_way',
      group: 'waiting',
      roles,
      href: '/my-withdrawals',
      count: (bind) => ({
        from: 'withdrawals w',
        where: [`w.distributor_id = ${bind(distributorId)}`, `w.state IN (${openStates('withdrawal')})`],
        since: 'w.requested_at',
        money: withdrawalMoney,
      }),
    },
    commissions(
      { key: 'earned', group: 'changed' },
      '/earnings?state=statement',
      (bind) => `c.created_at >= ${bind(yesterday)}`,
      'c.created_at',
    ),
    commissions(
      { key: 'released', group: 'changed' },
      '/earnings?state=statement',
      (bind) => `c.state = 'released' AND c.released_at >= ${bind(yesterday)}`,
      'c.released_at',
    ),
  ];
}
