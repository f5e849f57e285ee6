import type { Config } from '../../config';
import type { CredentialRow } from '../../database/credentials';
import type { QueuedMail } from '../../database/mails';
import type { Client } from '../../database/pool';
import type { Locale } from '../../domain/application';
import { CIRCLES, type Circle, type CredentialRules } from '../../domain/credentialRules';
import { keyOf, subjectOf } from '../../domain/kinds';
import { type CredentialNews, credentialMail, type Reader } from '../../domain/mail/credential';

type Settings = Pick<Config, 'BRAND_NAME'>;

interface Person {
  /** The user, or the distributor. */
  id: string;
  reader: Reader;
  name: string;
  email: string;
  locale: Locale;
  /** Name of the distributor that the credential belongs to. */
  distributor: string;
}

/** Each circle includes those before it. */
const readers: Record<Circle, Reader> = { distributor: 'owner', sponsor: 'sponsor', compliance: 'staff' };

/** The people of a circle around a credential, each once, without those who have no address. */
async function peopleOf(
  client: Client,
  { distributor_id }: CredentialRow,
  widest: Circle,
): Promise<Person[]> {
  const { rows } = await client.query<Person>(
    `SELECT DISTINCT ON (p.email) p.*, d.name AS distributor FROM distributors d CROSS JOIN LATERAL (
       SELECT 1 AS rank, d.id, 'owner' AS reader, d.name, d.email, d.locale
       UNION ALL
       SELECT 2, s.id, 'sponsor', s.name, s.email, s.locale FROM distributors s
       WHERE s.id = d.sponsor_id AND distributor_state(s) <> 'terminated'
       UNION ALL
       SELECT 3, u.id, 'staff', u.name, u.email, u.locale FROM users u
       WHERE u.role = 'compliance' AND u.disabled_at IS NULL
     ) p
     WHERE d.id = $1 AND p.reader = ANY ($2) AND p.email LIKE '%_@_%' ORDER BY p.email, p.rank`,
    [distributor_id, CIRCLES.slice(0, CIRCLES.indexOf(widest) + 1).map((circle) => readers[circle])],
  );
  return rows;
}

function toMail(
  { BRAND_NAME: brand }: Settings,
  { id, type }: CredentialRow,
  person: Person,
  step: readonly (string | number)[],
  news: CredentialNews,
): QueuedMail {
  const subjectRef = subjectOf('credential', id);
  const { locale, name, email: recipient, reader, distributor } = person;
  const text = credentialMail({ brand, locale, name }, { id, type, distributor }, reader, news);
  return { key: keyOf('credential', id, ...step, person.id), subjectRef, recipient, ...text };
}

/** Beginning of the keys of reminders, within the subject. */
const REMINDED = 'reminded';

/** The emails of a reminder, keyed by the period and the lead time, so that each period has its own. */
export async function reminderMails(
  client: Client,
  config: Settings,
  row: CredentialRow,
  { effect, graceDays }: Pick<CredentialRules, 'effect' | 'graceDays'>,
  due: { daysBefore: number; to: Circle; validUntil: string; daysLeft: number },
): Promise<QueuedMail[]> {
  const { validUntil, daysLeft } = due;
  const step = [REMINDED, validUntil, due.daysBefore];
  return (await peopleOf(client, row, due.to)).map((person) =>
    toMail(config, row, person, step, { step: 'reminded', validUntil, daysLeft, effect, graceDays }),
  );
}

/** The emails about a decision on a renewal: to the distributor, and for an acceptance to all who were reminded. */
export async function newsMails(
  client: Client,
  config: Settings,
  row: CredentialRow,
  step: readonly string[],
  news: Exclude<CredentialNews, { step: 'reminded' }>,
): Promise<QueuedMail[]> {
  const { rows } = await client.query<{ recipients: string[] }>(
    `SELECT ARRAY(SELECT DISTINCT unnest(recipients) FROM credential_reminders
                  WHERE credential_id = $1 AND valid_until = $2) AS recipients`,
    [row.id, row.valid_until],
  );
  const reminded = new Set(rows[0]!.recipients);
  const people = await peopleOf(client, row, 'compliance');
  return people
    .filter(({ reader, email }) => reader === 'owner' || (news.step === 'accepted' && reminded.has(email)))
    .map((person) => toMail(config, row, person, step, news));
}

/** Cancels the reminders that were not sent yet: their dates are not true any more. */
export async function cancelReminders(client: Client, credentialId: string): Promise<void> {
  const subjectRef = subjectOf('credential', credentialId);
  await client.query(
    `UPDATE mails SET state = 'canceled' WHERE subject_ref = $1 AND state = 'pending' AND starts_with(key, $2)`,
    [subjectRef, `${keyOf('credential', credentialId, REMINDED)}/`],
  );
}
