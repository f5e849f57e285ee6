import { z } from 'zod';
import { EFFECTS } from '../../../domain/restriction';
import { STAFF } from '../../../domain/roles';
import { WORDS } from '../../../domain/words/glossary';
import { EFFECT_NAMES, HOLD_REASON_NAMES } from '../../../domain/words/names';
import { subjectName } from '../../../domain/words/subject';
import { inLanguage } from '../../../domain/words/text';
import { MONEY_TEXTS } from '../../../domain/words/titles';
import * as column from '../../http/columns';
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
  columns: {
    id: null,
    effect: column.named({ zh: '限制', en: 'Restriction' }, EFFECT_NAMES),
    category: column.text({ zh: '品类', en: 'Category' }),
    sku: column.text({ zh: '商品 SKU', en: 'SKU' }),
    commissionId: column.text({ zh: '佣金', en: 'Commission' }),
    amount: column.money(WORDS.amount),
    tier: column.text(WORDS.tier),
    cause: column.shown({ zh: '起因', en: 'Cause' }, (subject: string, { language }) =>
      inLanguage(subjectName(subject), language),
    ),
    reason: column.named(WORDS.reason, HOLD_REASON_NAMES),
    note: column.text(MONEY_TEXTS.note),
    open: column.yesNo({ zh: '限制中', en: 'In force' }),
    placedBy: column.text({ zh: '操作人', en: 'Placed by' }),
    placedAt: column.time({ zh: '操作时间', en: 'Placed' }),
    effectiveFrom: column.time({ zh: '生效时间', en: 'In force from' }),
    effectiveUntil: column.time({ zh: '截止时间', en: 'In force until' }),
    liftedBy: column.text({ zh: '解除人', en: 'Lifted by' }),
    liftedAt: column.time({ zh: '解除时间', en: 'Lifted' }),
    liftNote: column.text({ zh: '解除说明', en: 'Note on lifting' }),
  },
  filters: { open: z.stringbool().optional(), effect: z.enum(EFFECTS).optional() },
  sorts: { placedAt: { column: 'r.placed_at', type: 'timestamptz' } },
  defaultSort: '-placedAt',
  tie: { column: 'r.id', type: 'uuid' },
});

const openNow = 'r.lifted_at IS NULL AND restriction_open(r, now())';

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
        context,
        req,
        query,
        select: `r.id, r.effect, r.category, r.sku, r.commission_id::text AS "commissionId",
          CASE WHEN r.amount IS NOT NULL THEN jsonb_build_object('amount', r.amount, 'currency', r.currency) END AS amount,
          r.tier, r.cause, r.reason, r.note, ${openNow} AS open, p.name AS "placedBy", r.placed_at AS "placedAt",
          r.effective_from AS "effectiveFrom", r.effective_until AS "effectiveUntil", l.name AS "liftedBy",
          r.lifted_at AS "liftedAt", r.lift_note AS "liftNote"`,
        from: 'restrictions r LEFT JOIN users p ON p.id = r.placed_by LEFT JOIN users l ON l.id = r.lifted_by',
        where: (bind) => [
          `r.distributor_id = ${bind(id)}`,
          query.open !== undefined && `${query.open ? '' : 'NOT '}(${openNow})`,
          query.effect && `r.effect = ${bind(query.effect)}`,
        ],
        toItem: (row: z.input<typeof restrictionSchema>) => row,
      });
    },
  }),
];
