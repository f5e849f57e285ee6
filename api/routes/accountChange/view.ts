import { z } from 'zod';
import { approvalsOf } from '../../../database/approvals';
import type { Pool } from '../../../database/pool';
import { ACCOUNT_FIELDS, CONFIRMATIONS } from '../../../domain/accountChange';
import { kinds, subjectOf } from '../../../domain/kinds';
import type { Principal } from '../../http/endpoint';
import { notFound } from '../../http/problem';
import { timestampOutput, uuid } from '../../http/schemas';
import {
  actorForDistributor,
  eventForDistributor,
  readTimeline,
  timelineEventSchema,
} from '../../http/timeline';
import { approvalsSchema } from '../../workflows/decisions';

export const stateSchema = z.enum(kinds.account_change.states);
export const fieldSchema = z.enum(ACCOUNT_FIELDS);

const valueSchema = z.object({
  value: z.string().describe('Of a bank account the masked number.'),
  holder: z.string().nullable().describe('Of a bank account.'),
  bankName: z.string().nullable().describe('Of a bank account.'),
});

/** An account change in lists. */
export const accountChangeSchema = z
  .object({
    id: uuid,
    distributorId: uuid,
    distributorName: z.string(),
    field: fieldSchema,
    state: stateSchema,
    from: valueSchema.describe('What it was when the change was requested.'),
    to: valueSchema,
    confirmation: z
      .enum(CONFIRMATIONS)
      .describe(
        'Who confirms it after the approval: a second person, or the holder of the new address by a link.',
      ),
    note: z.string().nullable().describe('Why it was requested.'),
    requestedAt: timestampOutput,
    requestedBy: z.string(),
    effectiveAt: timestampOutput.nullable().describe('When it takes effect, or did.'),
    endedAt: timestampOutput.nullable(),
    reason: z.string().nullable().describe('Why it was rejected or canceled.'),
  })
  .meta({ id: 'AccountChange' });

/** One account change. */
export const detailSchema = accountChangeSchema
  .extend({
    checks: z
      .array(z.object({ name: z.string(), passed: z.boolean(), code: z.string(), reason: z.string() }))
      .describe('Automatic checks at the request. For staff.'),
    approvals: approvalsSchema.describe('For staff.'),
    timeline: z.array(timelineEventSchema),
  })
  .meta({ id: 'AccountChangeDetail' });

export type AccountChange = z.input<typeof accountChangeSchema>;

/** As it is read. */
export type AccountChangeRow = AccountChange & { requesterId: string };

const valueColumn = (side: 'old' | 'new') =>
  `jsonb_build_object('value', c.${side}_value, 'holder', c.${side}_holder, 'bankName', c.${side}_bank_name)`;

export const columns = `c.id, c.distributor_id AS "distributorId", d.name AS "distributorName", c.field, c.state,
  ${valueColumn('old')} AS "from", ${valueColumn('new')} AS "to", c.confirmation, c.note, c.requested_at AS "requestedAt",
  u.name AS "requestedBy", u.id AS "requesterId", c.effective_at AS "effectiveAt", c.ended_at AS "endedAt", c.reason`;

export const tables =
  'account_changes c JOIN distributors d ON d.id = c.distributor_id JOIN users u ON u.id = c.requested_by';

/** What a distributor may know of a change: not who of the staff requested it. */
export function forReader(principal: Principal) {
  return ({ requesterId, ...change }: AccountChangeRow): AccountChange =>
    principal.distributorId
      ? { ...change, requestedBy: actorForDistributor(change.requestedBy, requesterId, principal) }
      : change;
}

/**
 * Reads one account change.
 * @throws Problem 404 also where it belongs to another distributor
 */
export async function readAccountChange(pool: Pool, id: string, principal: Principal) {
  const { rows } = await pool.query<AccountChangeRow & { checks: z.input<typeof detailSchema>['checks'] }>(
    `SELECT ${columns}, c.checks FROM ${tables} WHERE c.id = $1`,
    [id],
  );
  const [change] = rows;
  const own = principal.distributorId;
  if (!change || (own && change.distributorId !== own)) throw notFound(`The account change ${id}`);
  const subject = subjectOf('account_change', id);
  const timeline = await readTimeline(pool, subject);
  const shown = forReader(principal)(change);
  if (own) {
    return {
      ...shown,
      checks: [],
      approvals: [],
      timeline: timeline.map((line) => eventForDistributor(line, principal)),
    };
  }
  return { ...shown, checks: change.checks, approvals: await approvalsOf(pool, subject), timeline };
}
