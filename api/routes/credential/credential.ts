import { z } from 'zod';
import { rulesFor } from '../../../database/credentials';
import { dateIn } from '../../../domain/calendarDate';
import { CIRCLES } from '../../../domain/credentialRules';
import { expiryInstant, nextReminder } from '../../../domain/credentialTerm';
import { credentialTypes } from '../../../domain/credentialTypes';
import { kinds, subjectOf } from '../../../domain/kinds';
import { ROLES } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { inLanguage } from '../../../domain/words/text';
import * as column from '../../http/columns';
import { type ApiContext, type Endpoint, endpoint, type Principal } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound } from '../../http/problem';
import { timestampOutput, uuid, uuidParams } from '../../http/schemas';
import { eventForDistributor, readTimeline, timelineEventSchema } from '../../http/timeline';
import { readRenewals, shownRenewalSchema } from './renewals';
import { endOfCredential, expiringDays, stateOn, stateRanges } from './view';

const stateSchema = z.enum(kinds.credential.states);

const credentialSchema = z.object({
  id: uuid,
  distributorId: uuid,
  distributorName: z.string(),
  type: z.string(),
  holder: z.string(),
  numberMasked: z.string(),
  validFrom: z.iso.date(),
  validUntil: z.iso.date().nullable().describe('Null for a long-term credential.'),
  daysLeft: z.int().nullable().describe('Days until the last valid day; negative after expiry.'),
  state: stateSchema.describe(`Expiring: ${expiringDays} days or less are left.`),
  openRenewalId: uuid.nullable().describe('The renewal under review.'),
});

const openRenewalOf = `(SELECT r.id FROM credential_renewals r WHERE r.credential_id = c.id AND r.state = 'submitted')`;

const credentials = defineList({
  item: credentialSchema,
  columns: {
    id: null,
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
    type: column.mostlyNamed({ zh: '资质', en: 'Credential' }, credentialTypes),
    holder: column.text({ zh: '持有人', en: 'Holder' }),
    numberMasked: column.text(WORDS.id),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    validFrom: column.day({ zh: '有效期自', en: 'Valid from' }),
    validUntil: column.day({ zh: '有效期至', en: 'Valid until' }),
    daysLeft: column.shown({ zh: '剩余', en: 'Time left' }, (days: number, { language }) =>
      inLanguage({ zh: `${days} 天`, en: `${days} days` }, language),
    ),
    openRenewalId: column.shown({ zh: '续期', en: 'Renewal' }, (_, { language }) =>
      inLanguage(NAMES_OF_STATES.submitted, language),
    ),
  },
  filters: {
    state: stateSchema.optional(),
    expiresBefore: z.iso.date().optional(),
    type: z.string().max(64).optional(),
    distributorId: uuid.optional(),
  },
  sorts: { validUntil: { column: endOfCredential, type: 'date' } },
  defaultSort: 'validUntil',
  tie: { column: 'c.id', type: 'uuid' },
});

const detailSchema = credentialSchema
  .extend({
    effect: z
      .enum(['no_accrual', 'no_release', 'no_payout'])
      .describe('What the expiry does to the distributor.'),
    graceDays: z.int(),
    restrictedFrom: timestampOutput.nullable().describe('When the expiry takes effect; null for long-term.'),
    restricted: z.boolean().describe('Whether the expiry restricts the distributor at present.'),
    nextReminder: z
      .object({ at: timestampOutput, daysBefore: z.int(), to: z.enum(CIRCLES) })
      .nullable()
      .describe('The next reminder, and the widest circle of its recipients.'),
    reminders: z
      .array(z.object({ daysBefore: z.int(), at: timestampOutput, recipients: z.array(z.string()) }))
      .describe('Sent in the present period. Recipients are for staff.'),
    renewals: z.array(shownRenewalSchema),
    timeline: z.array(timelineEventSchema),
  })
  .meta({ id: 'CredentialDetail' });

type Listed = z.input<typeof credentialSchema>;

const columnsOn = (
  today: string,
) => `c.id, c.distributor_id AS "distributorId", d.name AS "distributorName", c.type,
  c.holder, c.number_masked AS "numberMasked", c.valid_from AS "validFrom", c.valid_until AS "validUntil",
  c.valid_until - '${today}'::date AS "daysLeft", ${stateOn(today)} AS state, ${openRenewalOf} AS "openRenewalId"`;

export const credentialEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/credentials',
    summary: 'List credentials by expiry date',
    description:
      "Days are counted in the brand's time zone. Distributors see only their own; those of terminated distributors are listed only with `distributorId`.",
    tag: 'credentials',
    roles: ROLES,
    scope: 'credentials:read',
    query: credentials.query,
    responses: credentials.responses,
    handler: ({ query, context, principal, req }) => {
      const today = dateIn(context.config.BRAND_TIME_ZONE, Date.now());
      return credentials.reply<Listed>({
        context,
        req,
        query,
        select: columnsOn(today),
        from: 'credentials c JOIN distributors d ON d.id = c.distributor_id',
        where: (bind) => [
          'c.distributor_id IS NOT NULL',
          !query.distributorId && '(d.terminated_at > now()) IS NOT false',
          principal.distributorId && `c.distributor_id = ${bind(principal.distributorId)}`,
          query.state && stateRanges(today)[query.state],
          query.expiresBefore && `${endOfCredential} < ${bind(query.expiresBefore)}::date`,
          query.type && `c.type = ${bind(query.type)}`,
          query.distributorId && `c.distributor_id = ${bind(query.distributorId)}`,
        ],
        toItem: (row) => row,
      });
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/credentials/{id}',
    summary:
      'Get a credential with its next reminder, the effect of its expiry, its renewals and its timeline',
    tag: 'credentials',
    roles: ROLES,
    scope: 'credentials:read',
    params: uuidParams,
    responses: { 200: { description: 'The credential.', schema: detailSchema } },
    errors: ['credential_not_found'],
    handler: async ({ params: { id }, context, principal }) => ({
      status: 200,
      body: await readCredential(context, principal, id),
    }),
  }),
];

async function readCredential({ pool, config }: ApiContext, principal: Principal, id: string) {
  const zone = config.BRAND_TIME_ZONE;
  const now = Date.now();
  const { rows } = await pool.query<
    Listed & { knownAt: Date; policyId: number | null; restricted: boolean; reminders: Reminder[] }
  >(
    `SELECT ${columnsOn(dateIn(zone, now))}, c.known_at AS "knownAt", c.policy_id AS "policyId",
       EXISTS (SELECT FROM restrictions r WHERE r.distributor_id = c.distributor_id AND r.cause = 'credential/' || c.id
                 AND r.lifted_at IS NULL AND restriction_open(r, now())) AS restricted,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('daysBefore', m.days_before, 'at', m.at, 'recipients', m.recipients)
                 ORDER BY m.days_before DESC), '[]')
        FROM credential_reminders m WHERE m.credential_id = c.id AND m.valid_until = c.valid_until) AS reminders
     FROM credentials c JOIN distributors d ON d.id = c.distributor_id
     WHERE c.id = $1 AND ($2::uuid IS NULL OR c.distributor_id = $2)`,
    [id, principal.distributorId],
  );
  const [row] = rows;
  if (!row) throw notFound(`The credential ${id}`);
  const { knownAt, policyId, restricted, reminders, ...credential } = row;
  const rules = await rulesFor(pool, { type: row.type, policyId });
  const isOwner = principal.distributorId !== null;
  const term = { ...credential, knownAt: knownAt.getTime() };
  const done = reminders.map(({ daysBefore }) => daysBefore);
  const { due, next } = nextReminder(term, rules, { done, now, zone });
  const coming = due ? { ...due, at: now } : next;
  const restrictedFrom = expiryInstant(credential, rules, zone);
  const timeline = await readTimeline(pool, subjectOf('credential', id));
  return {
    ...credential,
    effect: rules.effect,
    graceDays: rules.graceDays,
    restrictedFrom: restrictedFrom === null ? null : new Date(restrictedFrom).toISOString(),
    restricted,
    nextReminder: coming && { ...coming, at: new Date(coming.at).toISOString() },
    reminders: reminders
      // The others were passed while one was sent.
      .filter(({ recipients }) => recipients.length > 0)
      .map(({ at, ...reminder }) => ({
        ...reminder,
        at: new Date(at).toISOString(),
        recipients: isOwner ? [] : reminder.recipients,
      })),
    renewals: await readRenewals(pool, principal, id),
    timeline: isOwner ? timeline.map((event) => eventForDistributor(event, principal)) : timeline,
  };
}

interface Reminder {
  daysBefore: number;
  at: string;
  recipients: string[];
}
