import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type Actor, addAudit, addEvent, SYSTEM } from '../../database/journal';
import { blacklistEntries } from '../../database/numbers';
import type { Client } from '../../database/pool';
import { refuse } from '../../database/refusal';
import { addSignInLink } from '../../database/signInLinks';
import { keyOf, subjectOf } from '../../domain/kinds';
import { normaliseReferralCode, REFERRAL_CODE_BYTES, referralCode } from '../../domain/referralCode';
import { type SponsorTreeAlert, sponsorTreeAlerts } from '../../domain/sponsorTree';
import { type ApplicationRow, numbersOf } from './row';

/** The checks ran when the application was submitted; a number blacklisted since then still has to be found. */
export async function refuseBlacklisted(client: Client, row: ApplicationRow): Promise<void> {
  const [entry] = await blacklistEntries(client, numbersOf(row));
  if (entry) {
    throw refuse({
      code: 'blacklisted',
      status: 409,
      message: `The applicant's ${entry.kind.replace('_', ' ')} is on the blacklist (entry ${entry.id}). Remove the entry first, or reject.`,
    });
  }
}

/**
 * Finds the sponsor, if active, and the top of the sponsor's tree. The top is locked first, so that approvals in one
 * tree run one after the other and count each other; then the sponsor, who cannot be suspended meanwhile.
 */
export async function pinSponsor(
  client: Client,
  code: string | null,
): Promise<{ sponsorId: string | null; root: string | null }> {
  if (code === null) return { sponsorId: null, root: null };
  const { rows: roots } = await client.query<{ id: string }>(
    `WITH RECURSIVE above AS (
       SELECT id, sponsor_id FROM distributors WHERE referral_code = $1
       UNION ALL
       SELECT d.id, d.sponsor_id FROM distributors d JOIN above a ON d.id = a.sponsor_id
     )
     SELECT id FROM distributors WHERE id = (SELECT id FROM above WHERE sponsor_id IS NULL) FOR NO KEY UPDATE`,
    [normaliseReferralCode(code)],
  );
  const { rows: sponsors } = await client.query<{ id: string }>(
    `SELECT id FROM distributors d WHERE referral_code = $1 AND distributor_state(d) = 'active' FOR SHARE`,
    [normaliseReferralCode(code)],
  );
  return { sponsorId: sponsors[0]?.id ?? null, root: sponsors[0] ? (roots[0]?.id ?? null) : null };
}

/** Refuses with `note_required` where a check failed: the note says why it is approved all the same. */
export async function refuseFailedChecks(
  client: Client,
  row: ApplicationRow,
  sponsorId: string | null,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM application_checks WHERE application_id = $1 AND round = $2 AND NOT passed ORDER BY name',
    [row.id, row.round],
  );
  const failed = new Set(rows.map(({ name }) => name));
  if (row.sponsor_code !== null && sponsorId === null) failed.add('sponsor');
  if (failed.size === 0) return;
  throw refuse({
    code: 'note_required',
    status: 422,
    message: `These checks failed: ${[...failed].join(', ')}. Explain in a note why the application is approved anyway.`,
    pointer: '/note',
  });
}

/** Records, once each, the legal limits that a tree approaches with its new member. */
export async function recordTreeAlerts(
  client: Client,
  { root, applicationId, now }: { root: string; applicationId: string; now: number },
): Promise<SponsorTreeAlert[]> {
  const { rows } = await client.query<{ people: number; levels: number }>(
    `WITH RECURSIVE tree AS (
       SELECT id, terminated_at, 1 AS level FROM distributors WHERE id = $1
       UNION ALL
       SELECT d.id, d.terminated_at, t.level + 1 FROM distributors d JOIN tree t ON d.sponsor_id = t.id
     )
     SELECT count(*)::int AS people, max(level) AS levels FROM tree WHERE terminated_at IS NULL`,
    [root],
  );
  const recorded: SponsorTreeAlert[] = [];
  for (const alert of sponsorTreeAlerts(rows[0]!)) {
    const isNew = await addEvent(client, {
      subject: subjectOf('distributor', root),
      key: keyOf('compliance_alert', alert.measure, alert.bound),
      type: 'compliance_alert',
      actor: SYSTEM,
      occurredAt: now,
      data: { ...alert, applicationId },
    });
    if (isNew) recorded.push(alert);
  }
  return recorded;
}

const PASSWORD_WITHIN_MS = 7 * 86_400_000;

/**
 * Makes the user of a new distributor, with a one-time link for the password.
 * @returns undefined where the mail address is a user's already: that account is not handed over by an application
 */
export async function addAccount(
  client: Client,
  { row, distributorId, actor }: { row: ApplicationRow; distributorId: string; actor: Actor },
): Promise<{ signInLinkId: string; passwordUntil: Date } | undefined> {
  const [userId, signInLinkId] = [uuidv7(), uuidv7()];
  const { rowCount } = await client.query(
    `INSERT INTO users (id, email, name, role, distributor_id, locale) VALUES ($1, $2, $3, 'distributor', $4, $5)
     ON CONFLICT (email) DO NOTHING`,
    [userId, row.email.toLowerCase(), row.name, distributorId, row.locale],
  );
  if (!rowCount) return undefined;
  await addAudit(client, {
    actor,
    action: 'user.create',
    subject: subjectOf('user', userId),
    after: { name: row.name, role: 'distributor', distributorId },
  });
  const passwordUntil = await addSignInLink(client, {
    id: signInLinkId,
    userId,
    validMs: PASSWORD_WITHIN_MS,
  });
  return { signInLinkId, passwordUntil };
}

/**
 * Makes the distributor of an application.
 * @returns the new distributor's referral code
 */
export async function addDistributor(
  client: Client,
  row: ApplicationRow,
  {
    distributorId,
    tier,
    sponsorId,
    now,
  }: { distributorId: string; tier: string; sponsorId: string | null; now: number },
): Promise<string> {
  for (;;) {
    const code = referralCode(randomBytes(REFERRAL_CODE_BYTES));
    const { rowCount } = await client.query(
      `INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, locale,
         tier, sponsor_id, shop_customer_id, identity_number_hash, bank_account_sealed, bank_account_masked,
         bank_account_holder, bank_name, created_at)
       SELECT $2, id, $3, kind, name, email, phone, channels, region, locale, $4, $5, shop_customer_id,
         identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name, $6
       FROM applications WHERE id = $1
       ON CONFLICT DO NOTHING`,
      [row.id, distributorId, code, tier, sponsorId, new Date(now)],
    );
    if (rowCount) return code;
    const { rows } = await client.query<{ id: string; same_identity: boolean }>(
      `SELECT id, identity_number_hash = $1 AS same_identity FROM distributors
       WHERE identity_number_hash = $1 OR shop_customer_id = $2 ORDER BY 2 DESC LIMIT 1`,
      [row.identity_number_hash, row.shop_customer_id],
    );
    const [other] = rows;
    if (other) {
      throw other.same_identity
        ? refuse({
            code: 'identity_number_taken',
            status: 409,
            message: `Distributor ${other.id} has the same identity number. A person or company can be a distributor only once.`,
          })
        : refuse({
            code: 'shop_customer_taken',
            status: 409,
            message: `Distributor ${other.id} has the same customer account of the shop.`,
          });
    }
    // Neither of these: the referral code was taken. Draw another.
  }
}
