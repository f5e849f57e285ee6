import { isUnmended } from '../../database/findings';
import type { ProcessKind } from '../../domain/kinds';
import type { Role } from '../../domain/roles';
import { CONTROLLERS, FINANCE, OPERATORS, REVIEWERS, STAFF } from '../../domain/roles';
import type { Principal } from '../http/endpoint';
import { isOfReadableKind } from '../http/readable';
import type { Bind } from '../http/summary';
import { awaitsPerson } from '../routes/accountChange/accountChange';
import { stateRanges } from '../routes/credential/view';
import { isResendable } from '../routes/mail/send';
import { awaitsApprovalOf as awaitsReleaseApprovalOf } from '../routes/release';
import { awaitsApprovalOf } from '../routes/withdrawal';
import { type Card, commissionMoney, day, type Moment, withdrawalMoney } from './card';
import { ownCards } from './ownCards';
import { stuckAfter } from './stuckAdvice';

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

/**
 * The cards of a person.
 * @param now milliseconds since 1970
 * @param today `YYYY-MM-DD` in the brand's zone, made by the server
 */
export function cardsFor(principal: Principal, now: number, today: string): Card[] {
  // To the minute, so that a link stays the same while the page refreshes.
  const at = (time: number) => new Date(Math.floor(time / 60_000) * 60_000).toISOString();
  const { role, distributorId } = principal;
  const all =
    role === 'distributor' ? ownCards(distributorId!, at, now) : staffCards(principal, at, now, today);
  return all.filter((card) => card.roles.includes(role));
}

/** Staff's cards by kind, in their order on the page; empty where nothing of a kind waits for staff or counts as news. */
type KindCards = Record<ProcessKind | 'commission' | 'product' | 'note', Card[]>;

function staffCards({ userId, role }: Principal, at: Moment, now: number, today: string): Card[] {
  const cards: KindCards = {
    note: mentionCards(userId),
    application: applicationCards(userId, at, now),
    account_change: accountChangeCards(userId, role),
    credential: credentialCards(at, now, today),
    commission: commissionCards(at, now),
    withdrawal: withdrawalCards(userId, at, now),
    release: releaseCards(userId),
    payout: payoutCards(at, now),
    order: orderCards(at, now),
    return: returnCards(at, now),
    product: productCards(),
    // Shown to who started it.
    bulk: [],
    mail: mailCards(role),
  };
  return [...Object.values(cards).flat(), unmendedCard];
}

/** Processes of any kind that comparisons of rows and workflows did not mend. */
const unmendedCard: Card = {
  key: 'workflows_unmended',
  group: 'waiting',
  roles: STAFF,
  href: '/stuck-work',
  count: () => ({ from: 'reconcile_findings f', where: [isUnmended], since: 'f.first_seen_at' }),
};

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

function accountChangeCards(userId: string, role: Role): Card[] {
  return [
    {
      key: 'account_changes_waiting',
      group: 'waiting',
      roles: CONTROLLERS,
      href: '/account-changes?awaitingMe=true',
      count: (bind) => ({
        from: 'account_changes c',
        where: [awaitsPerson(role, bind(userId))],
        since: 'c.requested_at',
      }),
    },
  ];
}

function applicationCards(userId: string, at: Moment, now: number): Card[] {
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

function credentialCards(at: Moment, now: number, today: string): Card[] {
  const roles = REVIEWERS;
  const credentials = (key: string, group: Card['group'], state: 'expired' | 'expiring'): Card => ({
    key,
    group,
    roles,
    href: `/credentials?state=${state}`,
    count: () => ({
      from: 'credentials c JOIN distributors d ON d.id = c.distributor_id',
      where: [stateRanges(today)[state], '(d.terminated_at > now()) IS NOT false'],
      since: 'c.valid_until::timestamptz',
    }),
  });
  const late = at(now - usual.review);
  return [
    {
      key: 'renewals_to_review',
      group: 'waiting',
      roles,
      href: '/credential-renewals?state=submitted',
      count: () => ({
        from: 'credential_renewals r',
        where: [`r.state = 'submitted'`],
        since: 'r.submitted_at',
      }),
    },
    credentials('credentials_expiring', 'waiting', 'expiring'),
    credentials('credentials_expired', 'late', 'expired'),
    {
      key: 'renewals_late',
      group: 'late',
      roles,
      href: `/credential-renewals?state=submitted&submittedBefore=${late}`,
      count: (bind) => ({
        from: 'credential_renewals r',
        where: [`r.state = 'submitted'`, `r.submitted_at < ${bind(late)}`],
        since: 'r.submitted_at',
      }),
    },
  ];
}

function commissionCards(at: Moment, now: number): Card[] {
  const commissions = (
    card: Pick<Card, 'key' | 'group'>,
    query: string,
    since: string,
    where: (bind: Bind) => string,
  ): Card => ({
    ...card,
    roles: FINANCE,
    href: `/commissions?${query}`,
    count: (bind) => ({ from: 'commissions c', where: [where(bind)], since, money: commissionMoney }),
  });
  const [late, yesterday] = [at(now - usual.due), at(now - day)];
  return [
    commissions(
      { key: 'commissions_due', group: 'waiting' },
      'state=due',
      'c.due_at',
      () => `c.state = 'due'`,
    ),
    commissions(
      { key: 'commissions_due_late', group: 'late' },
      `state=due&dueBefore=${late}`,
      'c.due_at',
      (bind) => `c.state = 'due' AND c.due_at < ${bind(late)}`,
    ),
    commissions(
      { key: 'commissions_released', group: 'changed' },
      `state=released&releasedAfter=${yesterday}`,
      'c.released_at',
      (bind) => `c.state = 'released' AND c.released_at >= ${bind(yesterday)}`,
    ),
  ];
}

/** A card of withdrawals, for finance. */
function ofWithdrawals(
  card: Pick<Card, 'key' | 'group'>,
  query: string,
  where: (bind: Bind) => string,
  since = 'w.requested_at',
): Card {
  return {
    ...card,
    roles: FINANCE,
    href: `/withdrawals?${query}`,
    count: (bind) => ({ from: 'withdrawals w', where: [where(bind)], since, money: withdrawalMoney }),
  };
}

function withdrawalCards(userId: string, at: Moment, now: number): Card[] {
  const [late, yesterday] = [at(now - usual.approval), at(now - day)];
  return [
    ofWithdrawals(
      { key: 'withdrawals_to_approve', group: 'waiting' },
      'state=requested&awaitingMe=true',
      (bind) => awaitsApprovalOf(bind(userId)),
    ),
    ofWithdrawals(
      { key: 'withdrawals_late', group: 'late' },
      `state=requested&requestedBefore=${late}`,
      (bind) => `w.state = 'requested' AND w.requested_at < ${bind(late)}`,
    ),
    ofWithdrawals(
      { key: 'withdrawals_paid', group: 'changed' },
      `state=paid&settledAfter=${yesterday}`,
      (bind) => `w.state = 'paid' AND w.settled_at >= ${bind(yesterday)}`,
      'w.settled_at',
    ),
  ];
}

function releaseCards(userId: string): Card[] {
  return [
    {
      key: 'release_runs_to_approve',
      group: 'waiting',
      roles: FINANCE,
      href: '/commission-releases?state=proposed&awaitingMe=true',
      count: (bind) => ({
        from: 'release_runs r',
        where: [awaitsReleaseApprovalOf(bind(userId))],
        since: 'r.proposed_at',
      }),
    },
  ];
}

/** What is to be paid, its confirmation, and what came back. */
function payoutCards(at: Moment, now: number): Card[] {
  const [late, failedSince] = [at(now - usual.payoutConfirmation), at(now - usual.failedPayoutsShown)];
  return [
    ofWithdrawals(
      { key: 'withdrawals_to_pay', group: 'waiting' },
      'state=approved',
      () => `w.state = 'approved'`,
    ),
    {
      key: 'payout_batches_to_confirm',
      group: 'waiting',
      roles: FINANCE,
      href: '/payout-batches?state=open',
      count: () => ({ from: 'payout_batches b', where: [`b.state = 'open'`], since: 'b.created_at' }),
    },
    ofWithdrawals(
      { key: 'withdrawals_failed', group: 'waiting' },
      `state=failed&settledAfter=${failedSince}`,
      (bind) => `w.state = 'failed' AND w.settled_at >= ${bind(failedSince)}`,
      'w.settled_at',
    ),
    {
      key: 'payout_batches_late',
      group: 'late',
      roles: FINANCE,
      href: `/payout-batches?state=open&createdBefore=${late}`,
      count: (bind) => ({
        from: 'payout_batches b',
        where: [`b.state = 'open'`, `b.created_at < ${bind(late)}`],
        since: 'b.created_at',
      }),
    },
  ];
}

function orderCards(at: Moment, now: number): Card[] {
  const yesterday = at(now - day);
  return [
    {
      key: 'orders_not_recorded',
      group: 'waiting',
      roles: OPERATORS,
      href: '/stuck-work#order_not_recorded',
      count: () => ({
        from: 'accepted_orders o',
        where: [`o.accepted_at < now() - interval '${stuckAfter.order_not_recorded}'`],
        since: 'o.accepted_at',
      }),
    },
    {
      key: 'orders_new',
      group: 'changed',
      roles: OPERATORS,
      href: `/orders?createdAfter=${yesterday}`,
      count: (bind) => ({
        from: 'orders o',
        where: [`o.created_at >= ${bind(yesterday)}`],
        since: 'o.created_at',
      }),
    },
  ];
}

function returnCards(at: Moment, now: number): Card[] {
  const late = at(now - usual.return);
  return [
    {
      key: 'returns_open',
      group: 'waiting',
      roles: OPERATORS,
      href: '/returns?state=requested',
      count: () => ({ from: 'returns r', where: [`r.state = 'requested'`], since: 'r.requested_at' }),
    },
    {
      key: 'returns_late',
      group: 'late',
      roles: OPERATORS,
      href: `/returns?state=requested&requestedBefore=${late}`,
      count: (bind) => ({
        from: 'returns r',
        where: [`r.state = 'requested'`, `r.requested_at < ${bind(late)}`],
        since: 'r.requested_at',
      }),
    },
  ];
}

function productCards(): Card[] {
  return [
    {
      key: 'products_without_price',
      group: 'waiting',
      roles: OPERATORS,
      href: '/products?withoutPrice=true',
      count: () => ({ from: 'products p', where: ['p.price = 0'] }),
    },
  ];
}

function mailCards(role: Role): Card[] {
  return [
    {
      key: 'mails_undeliverable',
      group: 'waiting',
      roles: STAFF,
      href: '/mails?resendable=true',
      count: () => ({
        from: 'mails m',
        where: [isResendable, isOfReadableKind('m.subject_ref', role)],
        since: 'm.created_at',
      }),
    },
  ];
}
