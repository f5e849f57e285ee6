import { z } from 'zod';
import { liftHolds, placeHold } from '../../../database/holds';
import { CONTROLLERS } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { HOLD_REASON_NAMES } from '../../../domain/words/names';
import { inLanguage } from '../../../domain/words/text';
import { MONEY_TEXTS } from '../../../domain/words/titles';
import * as column from '../../http/columns';
import { endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import {
  commissionId,
  commissionSchema,
  holdReason,
  moneySchema,
  timestampInput,
  timestampOutput,
  uuid,
} from '../../http/schemas';
import { actorOfCall } from '../../workflows/decisions';

/** SQL: hold `h` is open now. */
const open = 'h.lifted_at IS NULL AND restriction_open(h, now())';

const note = z.string().trim().min(1).max(1000);
const params = z.object({ id: commissionId });

export const holdCommission = endpoint({
  method: 'post',
  path: '/v1/commissions/{id}/hold',
  audit: ['commission.hold'],
  summary: 'Put a commission on hold',
  description:
    'A commission is not released while any hold is open; users can place max one open hold per reason. Holds that a process places, such as a violation case, are separate.',
  tag: 'commissions',
  roles: CONTROLLERS,
  scope: 'commissions:hold',
  params,
  body: z.strictObject({ reason: holdReason, note }),
  responses: {
    201: {
      description: 'The commission with the hold.',
      schema: z.object({ id: uuid, commissionId: z.string(), reason: holdReason, note: z.string() }),
    },
  },
  errors: ['commission_not_found', 'commission_not_accrued', 'commission_settled', 'already_on_hold'],
  handler: async ({ params, body, context, principal, resourceId: id, requestId }) => {
    const hold = { id, commissionId: Number(params.id), ...body, by: actorOfCall({ principal, requestId }) };
    await placeHold(context.pool, hold, Date.now());
    return { status: 201, body: { id, commissionId: params.id, ...body } };
  },
});

export const unholdCommission = endpoint({
  method: 'post',
  path: '/v1/commissions/{id}/unhold',
  audit: ['commission.unhold'],
  summary: 'Lift the holds of a commission',
  description:
    'Lifts all holds that users placed, or only those with the given reason; holds that a process placed stay. If a due commission under an automatic plan has no other obstacle, it is released immediately.',
  tag: 'commissions',
  roles: CONTROLLERS,
  scope: 'commissions:hold',
  params,
  body: z.strictObject({ note, reason: holdReason.optional() }),
  responses: {
    200: {
      description: 'The commission after lifting.',
      schema: z.object({ lifted: z.array(holdReason), released: z.boolean() }),
    },
  },
  errors: ['commission_not_found', 'not_on_hold'],
  handler: async ({ params, body, context, principal, resourceId: decisionId, requestId }) => ({
    status: 200,
    body: await liftHolds(
      context.pool,
      { decisionId, commissionId: Number(params.id), ...body, by: actorOfCall({ principal, requestId }) },
      Date.now(),
    ),
  }),
});

const holdSchema = z.object({
  id: uuid,
  commissionId: z.string(),
  orderId: z.string(),
  distributorId: uuid,
  distributorName: z.string(),
  amount: moneySchema.describe('Current amount of the commission.'),
  commissionState: commissionSchema.shape.state,
  reason: holdReason,
  note: z.string(),
  open: z.boolean(),
  placedBy: z.string().describe('The person, or the process: violation/…'),
  placedAt: timestampOutput,
  liftedBy: z.string().nullable().describe('Null where a process lifted it, and while it is open.'),
  liftedAt: timestampOutput.nullable(),
  liftNote: z.string().nullable(),
});

const list = defineList({
  item: holdSchema,
  columns: {
    id: null,
    commissionId: column.text({ zh: '佣金', en: 'Commission' }),
    open: column.shown(WORDS.state, (open: boolean, { language }) =>
      inLanguage(open ? NAMES_OF_STATES.on_hold : NAMES_OF_STATES.lifted, language),
    ),
    reason: column.named(WORDS.reason, HOLD_REASON_NAMES),
    note: column.text(MONEY_TEXTS.note),
    amount: column.money(WORDS.amount),
    commissionState: column.named({ zh: '佣金状态', en: 'Commission state' }, NAMES_OF_STATES),
    distributorId: null,
    distributorName: column.text(MONEY_TEXTS.beneficiary),
    orderId: column.text(MONEY_TEXTS.order),
    placedAt: column.time({ zh: '暂缓时间', en: 'Placed' }),
    placedBy: column.text({ zh: '暂缓操作人', en: 'Placed by' }),
    liftedAt: column.time({ zh: '解除时间', en: 'Lifted' }),
    liftedBy: column.text({ zh: '解除人', en: 'Lifted by' }),
    liftNote: column.text({ zh: '解除说明', en: 'Note on lifting' }),
  },
  filters: {
    open: z
      .enum(['true', 'false'])
      .optional()
      .describe('True: only open holds. False: only those that are lifted or have ended.'),
    reason: holdReason.optional(),
    distributorId: uuid.optional(),
    placedAfter: timestampInput.optional(),
    placedBefore: timestampInput.optional(),
  },
  sorts: { placedAt: { column: 'h.placed_at', type: 'timestamptz' } },
  defaultSort: '-placedAt',
  tie: { column: 'h.id', type: 'uuid' },
});

type HoldRow = Omit<z.input<typeof holdSchema>, 'placedAt' | 'liftedAt'> & {
  placedAt: Date;
  liftedAt: Date | null;
};

export const listHolds = endpoint({
  method: 'get',
  path: '/v1/holds',
  summary: 'List holds on single commissions, open and lifted',
  tag: 'commissions',
  roles: CONTROLLERS,
  scope: 'commissions:read',
  query: list.query,
  responses: list.responses,
  handler: ({ query, context, req }) =>
    list.reply<HoldRow>({
      context,
      req,
      query,
      select: `h.id, h.commission_id::text AS "commissionId", c.order_id AS "orderId",
        c.distributor_id AS "distributorId", d.name AS "distributorName",
        jsonb_build_object('amount', c.amount, 'currency', c.currency) AS amount, c.state AS "commissionState",
        h.reason, h.note, (${open}) AS open, coalesce(p.name, h.cause) AS "placedBy", h.placed_at AS "placedAt",
        l.name AS "liftedBy", h.lifted_at AS "liftedAt", h.lift_note AS "liftNote"`,
      from: `restrictions h JOIN commissions c ON c.id = h.commission_id JOIN distributors d ON d.id = c.distributor_id
        LEFT JOIN users p ON p.id = h.placed_by LEFT JOIN users l ON l.id = h.lifted_by`,
      where: (bind) => [
        'h.commission_id IS NOT NULL',
        query.open && (query.open === 'true' ? open : `NOT (${open})`),
        query.reason && `h.reason = ${bind(query.reason)}`,
        query.distributorId && `c.distributor_id = ${bind(query.distributorId)}`,
        query.placedAfter && `h.placed_at >= ${bind(query.placedAfter)}`,
        query.placedBefore && `h.placed_at < ${bind(query.placedBefore)}`,
      ],
      toItem: ({ placedAt, liftedAt, ...row }) => ({
        ...row,
        placedAt: placedAt.toISOString(),
        liftedAt: liftedAt?.toISOString() ?? null,
      }),
    }),
});

export const holdEndpoints = [holdCommission, unholdCommission, listHolds];
