import { openStates } from '../../database/states';
import type { Role } from '../../domain/roles';
import { CONTROLLERS, DISTRIBUTOR, FINANCE, OPERATORS, REVIEWERS, STAFF } from '../../domain/roles';
import type { Principal } from '../http/endpoint';
import { isOfReadableKind } from '../http/readable';
import type { Bind, Counted } from '../http/summary';
import { awaitsPerson } from '../routes/accountChange/accountChange';
import { isResendable } from '../routes/mail/send';
import { awaitsApprovalOf as awaitsReleaseApprovalOf } from '../routes/release';
import { awaitsApprovalOf } from '../routes/withdrawal';
import { stuckAfter } from './stuckAdvice';

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

const hour = 3_600_000;
const day = 24 * hour;

// The usual maximum: beyond it staff should ask why.
const usual = {
  review: 3 * day,
  changesDueSoon: 2 * day,
  due: 7 * day,
  approval: 2 * day,
  payoutConfirmation: 3 * day,
  return: 14 * day,
  failedPayoutsShown: 7 * day,
};

const commissionMoney = { amount: 'c.amount', currency: 'c.currency' };
const withdrawalMoney = { amount: 'w.amount', currency: 'w.currency' };

/** The cards of a person. @param now milliseconds since 1970 */
export function cardsFor(principal: Principal, now: number): Card[] {
  // To the minute, so that a link stays the same while the page refreshes.
  const at = (time: number) => new Date(Math.floor(time / 60_000) * 60_000).toISOString();
  const { role, distributorId } = principal;
  const all = role === 'distributor' ? ownCards(distributorId!, at, now) : staffCards(principal, at, now);
  return all.filter((card) => card.roles.includes(role));
}

type Moment = (time: number) => string;

function staffCards({ userId, role }: Principal, at: Moment, now: number): Card[] {
  return [
    ...mentionCards(userId),
    ...complianceCards(userId, at, now),
    accountChangesCard(userId, role),
    ...financeCards(userId, at, now),
    ...operatorCards(at, now),
    mailCard(role),
  ];
}

function mentionCards(userId: string): Card[] {
  return [
    {
      key: 'mentions_unread',
      group: 'waiting',
      roles: STAFF,
      href: '/mentions?unread=true',
      count: (bind) => ({
        from: 'note_mentions m JOIN notes n ON n.id = m.note_id',
        where: [`m.user_id = ${bind(userId)}`, 'm.read_at IS NULL', 'n.retracted_at IS NULL'],
        since: 'n.created_at',
      }),
    },
  ];
}

function accountChangesCard(userId: string, role: Role): Card {
  return {
    key: 'account_changes_waiting',
    group: 'waiting',
    roles: CONTROLLERS,
    href: '/account-changes?awaitingMe=true',
    count: (bind) => ({
      from: 'account_changes c',
      where: [awaitsPerson(role, bind(userId))],
      since: 'c.requested_at',
    }),
  };
}

function complianceCards(userId: string, at: Moment, now: number): Card[] {
  const roles = REVIEWERS;
  const claim = 'SELECT 1 FROM application_claims c WHERE c.application_id = a.id AND c.expires_at > now()';
  const applications = (
    card: Pick<Card, 'key' | 'group'>,
    query: string,
    where: (bind: Bind) => string,
    since = 'a.submitted_at',
  ): Card => ({
    ...card,
    roles,
    href: `/applications?${query}`,
    count: (bind) => ({ from: 'applications a', where: [where(bind)], since }),
  });
  const [soon, late, yesterday] = [at(now + usual.changesDueSoon), at(now - usual.review), at(now - day)];
  return [
    applications(
      { key: 'review_unclaimed', group: 'waiting' },
      'state=in_review&claimedBy=none',
      () => `a.state = 'in_review' AND NOT EXISTS (${claim})`,
    ),
    applications(
      { key: 'review_mine', group: 'waiting' },
      'claimedBy=me',
      (bind) => `a.id IN (SELECT c.application_id FROM application_claims c
        WHERE c.user_id = ${bind(userId)} AND c.expires_at > now())`,
    ),
    applications(
      { key: 'changes_due_soon', group: 'waiting' },
      `state=changes_requested&changesDeadlineBefore=${soon}`,
      (bind) => `a.state = 'changes_requested' AND a.changes_deadline < ${bind(soon)}`,
      'a.changes_deadline',
    ),
    applications(
      { key: 'review_late', group: 'late' },
      `state=in_review&submittedBefore=${late}`,
      (bind) => `a.state = 'in_review' AND a.submitted_at < ${bind(late)}`,
    ),
    applications(
      { key: 'applications_new', group: 'changed' },
      `submittedAfter=${yesterday}`,
      (bind) => `a.submitted_at >= ${bind(yesterday)}`,
    ),
    applications(
      { key: 'applications_decided', group: 'changed' },
      `decidedAfter=${yesterday}`,
      (bind) => `a.decided_at >= ${bind(yesterday)}`,
      'a.decided_at',
    ),
  ];
}

function financeCards(userId: string, at: Moment, now: number): Card[] {
  const roles = FINANCE;
  const commissions = (
    card: Pick<Card, 'key' | 'group'>,
    query: string,
    since: string,
    where: (bind: Bind) => string,
  ): Card => ({
    ...card,
    roles,
    href: `/commissions?${query}`,
    count: (bind) => ({ from: 'commissions c', where: [where(bind)], since, money: commissionMoney }),
  });
  const withdrawals = (
    card: Pick<Card, 'key' | 'group'>,
    query: string,
    where: (bind: Bind) => string,
    since = 'w.requested_at',
  ): Card => ({
    ...card,
    roles,
    href: `/withdrawals?${query}`,
    count: (bind) => ({ from: 'withdrawals w', where: [where(bind)], since, money: withdrawalMoney }),
  });
  const yesterday = at(now - day);
  const dueLate = at(now - usual.due);
  const requestedLate = at(now - usual.approval);
  const batchLate = at(now - usual.payoutConfirmation);
  const failedSince = at(now - usual.failedPayoutsShown);
  return [
    commissions(
      { key: 'commissions_due', group: 'waiting' },
      'state=due',
      'c.due_at',
      () => `c.state = 'due'`,
    ),
    withdrawals(
      { key: 'withdrawals_to_approve', group: 'waiting' },
      'state=requested&awaitingMe=true',
      (bind) => awaitsApprovalOf(bind(userId)),
    ),
    {
      key: 'release_runs_to_approve',
      group: 'waiting',
      roles,
      href: '/commission-releases?state=proposed&awaitingMe=true',
      count: (bind) => ({
        from: 'release_runs r',
        where: [awaitsReleaseApprovalOf(bind(userId))],
        since: 'r.proposed_at',
      }),
    },
    withdrawals(
      { key: 'withdrawals_to_pay', group: 'waiting' },
      'state=approved',
      () => `w.state = 'approved'`,
    ),
    {
      key: 'payout_batches_to_confirm',
      group: 'waiting',
      roles,
      href: '/payout-batches?state=open',
      count: () => ({ from: 'payout_batches b', where: [`b.state = 'open'`], since: 'b.created_at' }),
    },
    withdrawals(
      { key: 'withdrawals_failed', group: 'waiting' },
      `state=failed&settledAfter=${failedSince}`,
      (bind) => `w.state = 'failed' AND w.settled_at >= ${bind(failedSince)}`,
      'w.settled_at',
    ),
    commissions(
      { key: 'commissions_due_late', group: 'late' },
      `state=due&dueBefore=${dueLate}`,
      'c.due_at',
      (bind) => `c.state = 'due' AND c.due_at < ${bind(dueLate)}`,
    ),
    withdrawals(
      { key: 'withdrawals_late', group: 'late' },
      `state=requested&requestedBefore=${requestedLate}`,
      (bind) => `w.state = 'requested' AND w.requested_at < ${bind(requestedLate)}`,
    ),
    {
      key: 'payout_batches_late',
      group: 'late',
      roles,
      href: `/payout-batches?state=open&createdBefore=${batchLate}`,
      count: (bind) => ({
        from: 'payout_batches b',
        where: [`b.state = 'open'`, `b.created_at < ${bind(batchLate)}`],
        since: 'b.created_at',
      }),
    },
    commissions(
      { key: 'commissions_released', group: 'changed' },
      `state=released&releasedAfter=${yesterday}`,
      'c.released_at',
      (bind) => `c.state = 'released' AND c.released_at >= ${bind(yesterday)}`,
    ),
    withdrawals(
      { key: 'withdrawals_paid', group: 'changed' },
      `state=paid&settledAfter=${yesterday}`,
      (bind) => `w.state = 'paid' AND w.settled_at >= ${bind(yesterday)}`,
      'w.settled_at',
    ),
  ];
}

function operatorCards(at: Moment, now: number): Card[] {
  const roles = OPERATORS;
  const [returnLate, yesterday] = [at(now - usual.return), at(now - day)];
  return [
    {
      key: 'orders_not_taken_in',
      group: 'waiting',
      roles,
      href: '/stuck-work#order_not_taken_in',
      count: () => ({
        from: 'accepted_orders o',
        where: [`o.accepted_at < now() - interval '${stuckAfter.order_not_taken_in}'`],
        since: 'o.accepted_at',
      }),
    },
    {
      key: 'returns_open',
      group: 'waiting',
      roles,
      href: '/returns?state=requested',
      count: () => ({ from: 'returns r', where: [`r.state = 'requested'`], since: 'r.requested_at' }),
    },
    {
      key: 'products_without_price',
      group: 'waiting',
      roles,
      href: '/products?withoutPrice=true',
      count: () => ({ from: 'products p', where: ['p.price = 0'] }),
    },
    {
      key: 'returns_late',
      group: 'late',
      roles,
      href: `/returns?state=requested&requestedBefore=${returnLate}`,
      count: (bind) => ({
        from: 'returns r',
        where: [`r.state = 'requested'`, `r.requested_at < ${bind(returnLate)}`],
        since: 'r.requested_at',
      }),
    },
    {
      key: 'orders_new',
      group: 'changed',
      roles,
      href: `/orders?createdAfter=${yesterday}`,
      count: (bind) => ({
        from: 'orders o',
        where: [`o.created_at >= ${bind(yesterday)}`],
        since: 'o.created_at',
      }),
    },
  ];
}

function mailCard(role: Role): Card {
  return {
    key: 'mails_undeliverable',
    group: 'waiting',
    roles: STAFF,
    href: '/mails?resendable=true',
    count: () => ({
      from: 'mails m',
      where: [isResendable, isOfReadableKind('m.subject_ref', role)],
      since: 'm.created_at',
    }),
  };
}

function ownCards(distributorId: string, at: Moment, now: number): Card[] {
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
  const balance = (key: 'available' | 'debt', href: string): Card => ({
    key,
    group: 'waiting',
    roles,
    href,
    count: (bind) => ({
      from: 'balances b',
      where: [`b.distributor_id = ${bind(distributorId)}`, `b.${key} > 0`],
      money: { amount: `b.${key}`, currency: 'b.currency' },
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
    balance('available', '/my-withdrawals'),
    balance('debt', '/earnings?state=statement'),
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
