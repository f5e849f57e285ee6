import { z } from 'zod';
import { OPEN_NOW } from '../../../database/restrictions';
import { EFFECTS } from '../../../domain/restriction';
import { STAFF } from '../../../domain/roles';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { holdReason, moneySchema, timestampOutput, uuid, uuidParams } from '../../http/schemas';
import { refuseOthers } from './own';

const restrictionSchema = z
  .object({
    id: uuid,
    effect: z.enum(EFFECTS),
    category: z.string().nullable().describe('Only in this product category.'),
    sku: z.string().nullable().describe('Only of this product.'),
    commissionId: z.string().nullable().describe('Only of this commission.'),
    amount: moneySchema.nullable().describe('Kept back of what can be withdrawn.'),
    tier: z.string().nullable().describe('Of `tier_at_most`: the tier that counts.'),
    cause: z.string().describe('What it was placed for: user/…, credential/…, violation/….'),
    reason: holdReason,
    note: z.string(),
    open: z.boolean(),
    placedBy: z.string().nullable().describe('Null where a process placed it.'),
    placedAt: timestampOutput,
    effectiveFrom: timestampOutput,
    effectiveUntil: timestampOutput.nullable(),
    liftedBy: z.string().nullable(),
    liftedAt: timestampOutput.nullable(),
    liftNote: z.string().nullable(),
  })
  .meta({ id: 'Restriction' });

const restrictions = defineList({
  item: restrictionSchema,
  filters: { open: z.stringbool().optional(), effect: z.enum(EFFECTS).optional() },
  sorts: { placedAt: { column: 'r.placed_at', type: 'timestamptz' } },
  defaultSort: '-placedAt',
  tie: { column: 'r.id', type: 'uuid' },
});

export const restrictionEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/restrictions',
    summary: 'List what restricts a distributor, and what did',
    tag: 'distributors',
    roles: STAFF,
    scope: 'distributors:read',
    params: uuidParams,
    query: restrictions.query,
    responses: restrictions.responses,
    handler: async ({ params: { id }, query, context, principal, req }) => {
      await refuseOthers(context, principal, id);
      return restrictions.reply({
        pool: context.pool,
        req,
        query,
        select: `r.id, r.effect, r.category, r.sku, r.commission_id::text AS "commissionId",
          CASE WHEN r.amount IS NOT NULL THEN jsonb_build_object('amount', r.amount, 'currency', r.currency) END AS amount,
          r.tier, r.cause, r.reason, r.note, ${OPEN_NOW} AS open, p.name AS "placedBy", r.placed_at AS "placedAt",
          r.effective_from AS "effectiveFrom", r.effective_until AS "effectiveUntil", l.name AS "liftedBy",
          r.lifted_at AS "liftedAt", r.lift_note AS "liftNote"`,
        from: 'restrictions r LEFT JOIN users p ON p.id = r.placed_by LEFT JOIN users l ON l.id = r.lifted_by',
        where: (bind) => [
          `r.distributor_id = ${bind(id)}`,
          query.open !== undefined && `${query.open ? '' : 'NOT '}(${OPEN_NOW})`,
          query.effect && `r.effect = ${bind(query.effect)}`,
        ],
        toItem: (row: z.input<typeof restrictionSchema>) => row,
      });
    },
  }),
];
