import { z } from 'zod';
import { NOT_OVER, OPEN_NOW } from '../../../database/restrictions';
import { EFFECTS } from '../../../domain/restriction';
import { ROLES } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { EFFECT_NAMES, HOLD_REASON_NAMES } from '../../../domain/words/names';
import { subjectName } from '../../../domain/words/subject';
import { inLanguage } from '../../../domain/words/text';
import { MONEY_TEXTS } from '../../../domain/words/titles';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { holdReason, moneySchema, timestampOutput, uuid, uuidParams } from '../../http/schemas';
import { refuseOthers } from './own';

/** `to_come`: placed with a later start. `ended`: over by its own end. `voided`: never right, for the past as well. */
const stateSchema = z.enum(['open', 'to_come', 'ended', 'lifted', 'voided']);

const stateSql = `CASE WHEN r.voided_at IS NOT NULL THEN 'voided' WHEN ${OPEN_NOW} THEN 'open' WHEN ${NOT_OVER} THEN 'to_come'
  WHEN r.lifted_at IS NULL OR r.lifted_at = r.effective_until THEN 'ended' ELSE 'lifted' END`;

const restrictionSchema = z
  .object({
    id: uuid,
    effect: z.enum(EFFECTS),
    category: z.string().nullable().describe('Only in this product category.'),
    sku: z.string().nullable().describe('Only of this product.'),
    commissionId: z.string().nullable().describe('Only of this commission.'),
    amount: moneySchema.nullable().describe('Kept back of what can be withdrawn.'),
    tier: z.string().nullable().describe('Of `tier_at_most`: the tier that counts.'),
    cause: z
      .string()
      .nullable()
      .describe('What it was placed for: user/…, credential/…, violation/…. Null for distributors.'),
    reason: holdReason,
    note: z.string().nullable().describe('Internal; null for distributors.'),
    state: stateSchema,
    open: z.boolean().describe('In effect now.'),
    placedBy: z.string().nullable().describe('Null where a process placed it, and for distributors.'),
    placedAt: timestampOutput,
    effectiveFrom: timestampOutput,
    effectiveUntil: timestampOutput.nullable().describe('When it ends automatically.'),
    liftedBy: z.string().nullable().describe('Null where a process lifted it, and for distributors.'),
    liftedAt: timestampOutput.nullable().describe('When it was lifted, or ended.'),
    liftNote: z.string().nullable().describe('Internal; null for distributors.'),
    voidedAt: timestampOutput.nullable().describe('When it was voided: it was never right.'),
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
    state: column.named(WORDS.state, NAMES_OF_STATES),
    open: null,
    placedBy: column.text({ zh: '操作人', en: 'Placed by' }),
    placedAt: column.time({ zh: '操作时间', en: 'Placed' }),
    effectiveFrom: column.time({ zh: '生效时间', en: 'In force from' }),
    effectiveUntil: column.time({ zh: '截止时间', en: 'In force until' }),
    liftedBy: column.text({ zh: '解除人', en: 'Lifted by' }),
    liftedAt: column.time({ zh: '解除时间', en: 'Lifted' }),
    liftNote: column.text({ zh: '解除说明', en: 'Note on lifting' }),
    voidedAt: column.time({ zh: '作废时间', en: 'Voided' }),
  },
  filters: {
    open: z.stringbool().optional().describe('True: only what is in effect now. False: only what is not.'),
    ended: z
      .stringbool()
      .optional()
      .describe('True: only what is over: lifted, ended or voided. False: only what is open or to come.'),
    effect: z.enum(EFFECTS).optional(),
    ofCommission: z
      .stringbool()
      .optional()
      .describe('True: only holds on single commissions. False: all others.'),
  },
  sorts: { placedAt: { column: 'r.placed_at', type: 'timestamptz' } },
  defaultSort: '-placedAt',
  tie: { column: 'r.id', type: 'uuid' },
});

export const restrictionEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/restrictions',
    summary: 'List what restricts a distributor, and what did',
    description: 'Users with the role distributor see their own, without causes, notes and names.',
    tag: 'distributors',
    roles: ROLES,
    scope: 'distributors:read',
    params: uuidParams,
    query: restrictions.query,
    responses: restrictions.responses,
    handler: async ({ params: { id }, query, context, principal, req }) => {
      await refuseOthers(context, principal, id);
      const forStaff = (column: string) => (principal.role === 'distributor' ? 'NULL' : column);
      return restrictions.reply({
        context,
        req,
        query,
        select: `r.id, r.effect, r.category, r.sku, r.commission_id::text AS "commissionId",
          CASE WHEN r.amount IS NOT NULL THEN jsonb_build_object('amount', r.amount, 'currency', r.currency) END AS amount,
          r.tier, ${forStaff('r.cause')} AS cause, r.reason, ${forStaff('r.note')} AS note, ${stateSql} AS state,
          ${OPEN_NOW} AS open, ${forStaff('p.name')} AS "placedBy", r.placed_at AS "placedAt",
          r.effective_from AS "effectiveFrom", r.effective_until AS "effectiveUntil",
          ${forStaff('l.name')} AS "liftedBy", r.lifted_at AS "liftedAt", ${forStaff('r.lift_note')} AS "liftNote",
          r.voided_at AS "voidedAt"`,
        from: 'restrictions r LEFT JOIN users p ON p.id = r.placed_by LEFT JOIN users l ON l.id = r.lifted_by',
        where: (bind) => [
          `r.distributor_id = ${bind(id)}`,
          query.open !== undefined && `${query.open ? '' : 'NOT '}(${OPEN_NOW})`,
          query.ended !== undefined && `${query.ended ? 'NOT ' : ''}(${NOT_OVER})`,
          query.ofCommission !== undefined && `r.commission_id IS ${query.ofCommission ? 'NOT ' : ''}NULL`,
          query.effect && `r.effect = ${bind(query.effect)}`,
        ],
        toItem: (row: z.input<typeof restrictionSchema>) => row,
      });
    },
  }),
];
