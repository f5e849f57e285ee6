import { type Disagreement, isUnmended } from '../../database/findings';
import type { Pool } from '../../database/pool';
import { parseSubject } from '../../domain/kinds';
import type { Role } from '../../domain/roles';
import { scrub } from '../../log';
import { isOfReadableKind, mayRead } from '../http/readable';
import { isResendable } from '../routes/mail/send';
import { adviseOnStuck, type StuckAdvice, type StuckFacts, type StuckKind, stuckAfter } from './stuckAdvice';

/** A piece of work that needs a person. */
export interface StuckItem extends Omit<StuckAdvice, 'href'> {
  kind: StuckKind;
  subject: string;
  since: string;
  attempts?: number;
  /** Null where the page about it is not for the role. */
  href: string | null;
}

interface Row {
  kind: StuckKind;
  subject: string;
  since: Date;
  facts: {
    type?: string;
    attempt?: number;
    error?: string;
    key?: string;
    event?: StuckFacts['event'];
  };
}

/** Max listed of each kind: this many of one kind have one cause. */
const shown = 100;

/** Events of orders that were answered with 202 and changed nothing. */
const ofEarlyEvents = (which: string) => `SELECT 'order/' || key_part(e.order_id), e.received_at,
    jsonb_build_object('event', jsonb_build_object('orderId', e.order_id, 'key', e.key, 'type', e.event -> 'type',
      'message', coalesce(e.refusal ->> 'message', '')))
  FROM early_events e WHERE ${which} AND e.received_at < now() - $1::interval`;

/** What the comparison of rows and workflows could not mend, or may not. */
const ofFindings = (disagreement: Disagreement) => `SELECT f.subject, f.first_seen_at, '{}'::jsonb
  FROM reconcile_findings f WHERE f.disagreement = '${disagreement}' AND ${isUnmended}`;

// One statement, each kind by an index over what is under way, with the oldest first.
const sources: Record<StuckKind, string> = {
  // Longer than any pause between two attempts: what has not failed since has ended from outside.
  failing_activity: `SELECT f.workflow_id AS subject, f.first_failed_at AS since,
      jsonb_build_object('type', f.type, 'attempt', f.attempt, 'error', f.error_type || ': ' || f.message) AS facts
    FROM failing_activities f WHERE f.last_failed_at > now() - interval '1 hour'`,
  workflow_missing: ofFindings('missing'),
  workflow_needless: ofFindings('needless'),
  workflow_overdue: ofFindings('overdue'),
  workflow_ahead: ofFindings('ahead'),
  // In review since the checks, or since the applicant handed in the changes.
  application_waits: `SELECT 'application/' || a.id, s.since, '{}'::jsonb
    FROM applications a CROSS JOIN LATERAL (
      SELECT coalesce(max(e.occurred_at), a.submitted_at) AS since FROM events e
      WHERE e.subject = 'application/' || a.id AND e.type IN ('submitted', 'resubmitted')) s
    WHERE a.state = 'in_review' AND a.submitted_at < now() - $1::interval AND s.since < now() - $1::interval`,
  changes_overdue: `SELECT 'application/' || a.id, a.changes_deadline, '{}'::jsonb FROM applications a
    WHERE a.state = 'changes_requested' AND a.changes_deadline < now() - $1::interval`,
  account_change_waits: `SELECT 'account_change/' || c.id, c.requested_at, '{}'::jsonb FROM account_changes c
    WHERE c.state = 'requested' AND c.requested_at < now() - $1::interval`,
  account_change_unconfirmed: `SELECT 'account_change/' || c.id, s.since, '{}'::jsonb
    FROM account_changes c CROSS JOIN LATERAL (
      SELECT coalesce(max(e.occurred_at), c.requested_at) AS since FROM events e
      WHERE e.subject = 'account_change/' || c.id AND e.type = 'approved') s
    WHERE c.state = 'approved' AND c.requested_at < now() - $1::interval AND s.since < now() - $1::interval`,
  account_change_not_applied: `SELECT 'account_change/' || c.id, c.effective_at, '{}'::jsonb FROM account_changes c
    WHERE c.state = 'confirmed' AND c.effective_at < now() - $1::interval`,
  renewal_waits: `SELECT 'credential/' || r.credential_id, r.submitted_at, '{}'::jsonb FROM credential_renewals r
    WHERE r.state = 'submitted' AND r.submitted_at < now() - $1::interval`,
  // The reminder of the last day is the last one: after it no process looks at the credential by itself.
  reminder_not_sent: `SELECT 'credential/' || c.id, c.valid_until::timestamptz, '{}'::jsonb FROM credentials c
    WHERE c.distributor_id IS NOT NULL AND c.valid_until BETWEEN current_date - 30 AND current_date - 1 AND c.known_at < c.valid_until
      AND c.valid_until::timestamptz < now() - $1::interval AND NOT EXISTS (
        SELECT FROM credential_reminders m WHERE m.credential_id = c.id AND m.valid_until = c.valid_until)
      AND EXISTS (SELECT FROM distributors d WHERE d.id = c.distributor_id AND d.terminated_at IS NULL)`,
  order_not_recorded: `SELECT 'order/' || key_part(o.id), o.accepted_at, '{}'::jsonb FROM accepted_orders o
    WHERE o.accepted_at < now() - $1::interval`,
  window_not_closed: `SELECT 'order/' || key_part(l.order_id), min(l.window_ends_at), '{}'::jsonb FROM (
      SELECT order_id, window_ends_at FROM order_lines
      WHERE state = 'delivered' AND window_ends_at < now() - $1::interval ORDER BY window_ends_at LIMIT 2000) l
    GROUP BY l.order_id`,
  event_waiting: ofEarlyEvents('e.refusal IS NULL'),
  event_refused: ofEarlyEvents('e.refusal IS NOT NULL'),
  return_undecided: `SELECT 'return/' || key_part(r.order_id) || '/' || key_part(r.id), r.requested_at, '{}'::jsonb FROM returns r
    WHERE r.state = 'requested' AND r.requested_at < now() - $1::interval`,
  release_running: `SELECT 'release/' || r.id, s.since, '{}'::jsonb FROM release_runs r CROSS JOIN LATERAL (
      SELECT coalesce(max(p.at), r.proposed_at) AS since FROM approvals p WHERE p.subject = 'release/' || r.id) s
    WHERE r.state IN ('approved', 'running') AND s.since < now() - $1::interval`,
  restriction_over: `SELECT 'distributor/' || r.distributor_id, min(r.effective_until), '{}'::jsonb FROM restrictions r
    WHERE r.lifted_at IS NULL AND r.effective_until < now() - $1::interval GROUP BY r.distributor_id`,
  // Those in a payout file wait for its confirmation, which is one line of its own.
  withdrawal_paying: `SELECT 'withdrawal/' || w.id, s.since, '{}'::jsonb FROM withdrawals w CROSS JOIN LATERAL (
      SELECT coalesce(max(e.occurred_at), w.requested_at) AS since FROM events e
      WHERE e.subject = 'withdrawal/' || w.id AND e.type = 'paying') s
    WHERE w.state = 'paying' AND w.batch_id IS NULL AND w.requested_at < now() - $1::interval
      AND s.since < now() - $1::interval`,
  payout_unconfirmed: `SELECT 'payout/' || b.id, b.created_at, '{}'::jsonb FROM payout_batches b
    WHERE b.state = 'open' AND b.created_at < now() - $1::interval`,
  bulk_running: `SELECT 'bulk/' || b.id, b.asked_at, '{}'::jsonb FROM bulk_actions b
    WHERE b.state = 'running' AND b.asked_at < now() - $1::interval`,
  mail_undeliverable: `SELECT m.subject_ref, m.created_at,
      jsonb_build_object('key', m.key, 'error', coalesce(m.last_error, '')) FROM mails m
    WHERE m.state = 'undeliverable' AND ${isResendable}`,
};

const sqlFor = (role: Role): string =>
  Object.entries(sources)
    .map(([kind, source]) => {
      const after = `'${stuckAfter[kind as StuckKind]}'`;
      // A role that may not read the subject of a mail cannot resend it either.
      const which = kind === 'mail_undeliverable' ? isOfReadableKind('s.subject', role) : 'true';
      return `(SELECT '${kind}' AS kind, s.* FROM (${source.replaceAll('$1', after)}) AS s (subject, since, facts)
        WHERE ${which} ORDER BY s.since LIMIT ${shown + 1})`;
    })
    .join('\nUNION ALL\n');

/**
 * All work that needs a person, the oldest of each kind first; of mails those about subjects that the role may read.
 * @returns `more`: the kinds of which there are more than are listed
 */
export async function readStuckWork(
  pool: Pool,
  role: Role,
): Promise<{ items: StuckItem[]; more: StuckKind[] }> {
  const { rows } = await pool.query<Row>({ name: `stuck-work-${role}`, text: sqlFor(role) });
  const seen = new Map<StuckKind, number>();
  const items = rows.flatMap((row) => {
    const place = (seen.get(row.kind) ?? 0) + 1;
    seen.set(row.kind, place);
    return place > shown ? [] : [itemOf(row, role)];
  });
  const more = [...seen].filter(([, count]) => count > shown).map(([kind]) => kind);
  return { items, more };
}

function itemOf({ kind, subject, since, facts }: Row, role: Role): StuckItem {
  const { type = '', attempt, error = '', key, event } = facts;
  const known: StuckFacts = {
    kind,
    subject,
    ...(attempt !== undefined && { activity: { type, attempt, error } }),
    // Mail servers quote the address that they refuse.
    ...(key !== undefined && { mail: { key, error: scrub(error) } }),
    ...(event && { event }),
  };
  const advice = adviseOnStuck(known);
  return {
    kind,
    subject,
    since: since.toISOString(),
    ...(attempt !== undefined && { attempts: attempt }),
    ...advice,
    // What a schedule runs has no page.
    href: mayRead(subject, role) && (key !== undefined || parseSubject(subject)) ? advice.href : null,
  };
}
