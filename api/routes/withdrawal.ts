import { z } from 'zod';
import { approvalsOf, notApprovedBy } from '../../database/approvals';
import type { Pool } from '../../database/pool';
import { kinds, subjectOf } from '../../domain/kinds';
import { FINANCE, WITHDRAWAL_READERS, WITHDRAWERS } from '../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../domain/words/glossary';
import { PAYOUT_METHODS } from '../../domain/words/names';
import { WITHDRAWAL } from '../../domain/words/titles';
import { send } from '../../temporal/messages';
import * as messages from '../../workflows/withdrawal';
import * as column from '../http/columns';
import { type ApiContext, endpoint, type Principal } from '../http/endpoint';
import { defineList } from '../http/list';
import { notFound } from '../http/problem';
import { currencySchema, moneySchema, timestampInput, timestampOutput, uuid } from '../http/schemas';
import { type Bind, type Counted, replySummary, summaryResponses } from '../http/summary';
import {
  actorForDistributor,
  eventForDistributor,
  readTimeline,
  timelineEventSchema,
} from '../http/timeline';
import { senderOf } from '../workflows/client';
import { actorOfCall, approvalsSchema, decisionNote } from '../workflows/decisions';

const stateSchema = z.enum(kinds.withdrawal.states);

const withdrawalSchema = z
  .object({
    id: uuid,
    distributorId: uuid,
    distributorName: z.string(),
    state: stateSchema,
    amount: moneySchema,
    method: z.enum(['file', 'http']),
    bankAccount: z.object({
      holder: z.string(),
      bank: z.string(),
      number: z.string().describe('Masked; the payout file has the full number.'),
    }),
    approvalsNeeded: z.int(),
    requestedAt: timestampOutput,
    requestedBy: z.string().nullable(),
    batchId: uuid.nullable(),
    providerReference: z.string().nullable(),
    providerCalledAt: timestampOutput
      .nullable()
      .describe('When the payout provider was last called about it.'),
    reason: z.string().nullable().describe('Why it was rejected, canceled or failed.'),
    settledAt: timestampOutput.nullable(),
  })
  .meta({ id: 'Withdrawal' });

const detailSchema = withdrawalSchema
  .extend({
    approvals: approvalsSchema.describe('For staff.'),
    timeline: z.array(timelineEventSchema),
  })
  .meta({ id: 'WithdrawalDetail' });

type Withdrawal = z.input<typeof withdrawalSchema>;

const columns = `w.id, w.distributor_id AS "distributorId",
  (SELECT name FROM distributors WHERE id = w.distributor_id) AS "distributorName", w.state,
  jsonb_build_object('amount', w.amount, 'currency', w.currency) AS amount, w.method,
  jsonb_build_object('holder', w.bank_account_holder, 'bank', w.bank_name, 'number', w.bank_account_masked) AS "bankAccount",
  w.approvals_needed AS "approvalsNeeded", w.requested_at AS "requestedAt", u.name AS "requestedBy",
  w.batch_id AS "batchId", w.provider_reference AS "providerReference",
  w.provider_called_at AS "providerCalledAt", w.reason, w.settled_at AS "settledAt"`;
const tables = 'withdrawals w LEFT JOIN users u ON u.id = w.requested_by';

const filters = {
  state: stateSchema.optional(),
  distributorId: uuid.optional(),
  batchId: uuid.optional(),
  currency: currencySchema.optional(),
  requestedAfter: timestampInput.optional(),
  requestedBefore: timestampInput.optional(),
  settledAfter: timestampInput.optional(),
  amountMin: z.coerce.number().int().min(0).optional().describe('Minimum amount, in minor units.'),
  amountMax: z.coerce.number().int().min(0).optional().describe('Maximum amount, in minor units.'),
  awaitingMe: z.stringbool().optional().describe('Waiting for an approval that you can give.'),
};
const filterSchema = z.strictObject(filters);

/** SQL: withdrawal `w` waits for an approval that this user can give, who counts once only. */
export const awaitsApprovalOf = (user: string) =>
  `(w.state = 'requested' AND ${notApprovedBy(user, `'withdrawal/' || w.id`)})`;

function conditions(
  query: z.output<typeof filterSchema>,
  { distributorId, userId }: Principal,
  bind: Bind,
): Counted['where'] {
  return [
    distributorId && `w.distributor_id = ${bind(distributorId)}`,
    query.state && `w.state = ${bind(query.state)}`,
    query.distributorId && `w.distributor_id = ${bind(query.distributorId)}`,
    query.batchId && `w.batch_id = ${bind(query.batchId)}`,
    query.currency && `w.currency = ${bind(query.currency)}`,
    query.requestedAfter && `w.requested_at >= ${bind(query.requestedAfter)}`,
    query.requestedBefore && `w.requested_at < ${bind(query.requestedBefore)}`,
    query.settledAfter && `w.settled_at >= ${bind(query.settledAfter)}`,
    query.amountMin !== undefined && `w.amount >= ${bind(query.amountMin)}`,
    query.amountMax !== undefined && `w.amount <= ${bind(query.amountMax)}`,
    query.awaitingMe !== undefined && `${query.awaitingMe ? '' : 'NOT '}${awaitsApprovalOf(bind(userId))}`,
  ];
}

const list = defineList({
  item: withdrawalSchema,
  columns: {
    id: column.text(WORDS.id),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    amount: column.money(WORDS.amount),
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
    bankAccount: [
      column.shown(WITHDRAWAL.account, ({ bank, number }: Withdrawal['bankAccount']) => `${bank} ${number}`),
      column.shown(WITHDRAWAL.holder, ({ holder }: Withdrawal['bankAccount']) => holder),
    ],
    approvalsNeeded: column.text(WITHDRAWAL.approvalsNeeded),
    requestedAt: column.time(WITHDRAWAL.requestedAt),
    requestedBy: column.text(WITHDRAWAL.requestedBy),
    method: column.named(WITHDRAWAL.method, PAYOUT_METHODS),
    batchId: column.text(WITHDRAWAL.batch),
    providerReference: column.text(WITHDRAWAL.reference),
    providerCalledAt: column.time(WITHDRAWAL.providerCalledAt),
    settledAt: column.time(WITHDRAWAL.settledAt),
    reason: column.text(WORDS.reason),
  },
  filters,
  sorts: {
    requestedAt: { column: 'w.requested_at', type: 'timestamptz' },
    amount: { column: 'w.amount', type: 'bigint' },
  },
  defaultSort: '-requestedAt',
  tie: { column: 'w.id', type: 'uuid' },
});

const params = z.object({ id: uuid });
const answer = { 200: { description: 'The withdrawal after the change.', schema: detailSchema } };

export const createWithdrawal = endpoint({
  method: 'post',
  path: '/v1/withdrawals',
  audit: ['withdrawal.request'],
  summary: 'Request a withdrawal',
  description:
    'Reserves the amount immediately. Withdrawals are refused while there is debt: debt is paid first.',
  tag: 'withdrawals',
  roles: WITHDRAWERS,
  scope: 'withdrawals:write',
  body: z.strictObject({
    distributorId: uuid,
    amount: moneySchema,
  }),
  responses: { 201: { description: 'The requested withdrawal.', schema: detailSchema } },
  errors: [
    'distributor_not_found',
    'distributor_not_active',
    'payouts_restricted',
    'no_bank_account',
    'below_minimum',
    'currency_unknown',
    'insufficient_available',
  ],
  handler: async ({ body, context, principal, resourceId: id, requestId }) => {
    if (isOtherDistributor(principal, body.distributorId))
      throw notFound(`Distributor ${body.distributorId}`);
    const { distributorId, amount } = body;
    await send(senderOf(context), {
      kind: 'withdrawal',
      id,
      update: messages.requestWithdrawal,
      args: [{ id, distributorId, ...amount, by: actorOfCall({ principal, requestId }) }],
      messageId: id,
      resume: false,
    });
    return {
      status: 201,
      body: await readWithdrawal(context.pool, id, principal),
      headers: { Location: `/v1/withdrawals/${id}` },
    };
  },
});

export const listWithdrawals = endpoint({
  method: 'get',
  path: '/v1/withdrawals',
  summary: 'List withdrawals',
  tag: 'withdrawals',
  roles: WITHDRAWAL_READERS,
  scope: 'withdrawals:read',
  query: list.query,
  responses: list.responses,
  handler: ({ query, context, principal, req }) =>
    list.reply({
      context,
      req,
      query,
      select: columns,
      from: tables,
      where: (bind) => conditions(query, principal, bind),
      toItem: (row: Withdrawal) => ({ ...row, requestedBy: askerFor(principal, row.requestedBy) }),
    }),
});

export const summarizeWithdrawals = endpoint({
  method: 'get',
  path: '/v1/withdrawals/summary',
  summary: 'Count and total of the withdrawals that match a filter',
  description: 'Uses the filters of the list.',
  tag: 'withdrawals',
  roles: WITHDRAWAL_READERS,
  scope: 'withdrawals:read',
  query: filterSchema,
  responses: summaryResponses,
  handler: ({ query, context, principal }) =>
    replySummary(context.pool, (bind) => ({
      from: 'withdrawals w',
      where: conditions(query, principal, bind),
      money: { amount: 'w.amount', currency: 'w.currency' },
    })),
});

export const getWithdrawal = endpoint({
  method: 'get',
  path: '/v1/withdrawals/{id}',
  summary: 'Get a withdrawal with its timeline',
  tag: 'withdrawals',
  roles: WITHDRAWAL_READERS,
  scope: 'withdrawals:read',
  params,
  responses: answer,
  handler: async ({ params: { id }, context, principal }) => ({
    status: 200,
    body: await ownWithdrawal(context, id, principal),
  }),
});

export const approveWithdrawal = endpoint({
  method: 'post',
  path: '/v1/withdrawals/{id}/approve',
  audit: ['withdrawal.approve'],
  summary: 'Approve a withdrawal',
  description: 'Above the amount SECOND_APPROVAL_ABOVE, two different people must approve.',
  tag: 'withdrawals',
  roles: FINANCE,
  scope: 'withdrawals:approve',
  params,
  body: z.strictObject({ note: decisionNote.optional() }),
  responses: answer,
  errors: [
    'withdrawal_decided',
    'second_person_needed',
    'own_withdrawal',
    'distributor_not_active',
    'payouts_restricted',
  ],
  handler: ({ params: { id }, body, ...call }) => decide(messages.approveWithdrawal, id, body.note, call),
});

export const rejectWithdrawal = endpoint({
  method: 'post',
  path: '/v1/withdrawals/{id}/reject',
  audit: ['withdrawal.reject'],
  summary: 'Reject a withdrawal; funds return to the balance',
  tag: 'withdrawals',
  roles: FINANCE,
  scope: 'withdrawals:approve',
  params,
  body: z.strictObject({ reason: decisionNote }),
  responses: answer,
  errors: ['withdrawal_decided'],
  handler: ({ params: { id }, body, ...call }) => decide(messages.rejectWithdrawal, id, body.reason, call),
});

export const cancelWithdrawal = endpoint({
  method: 'post',
  path: '/v1/withdrawals/{id}/cancel',
  audit: ['withdrawal.cancel'],
  summary: 'Cancel a withdrawal that is not paying yet; funds return to the balance',
  tag: 'withdrawals',
  roles: WITHDRAWERS,
  scope: 'withdrawals:write',
  params,
  body: z.strictObject({ reason: decisionNote.optional() }),
  responses: answer,
  errors: ['withdrawal_decided'],
  handler: ({ params: { id }, body, ...call }) => decide(messages.cancelWithdrawal, id, body.reason, call),
});

export const returnWithdrawalPayment = endpoint({
  method: 'post',
  path: '/v1/withdrawals/{id}/return-payment',
  audit: ['withdrawal.return_payment'],
  summary: 'Report that the bank returned a payment; funds return to the balance',
  description:
    'The withdrawal becomes failed. If it needed two approvals, two different people must report the return.',
  tag: 'withdrawals',
  roles: FINANCE,
  scope: 'withdrawals:approve',
  params,
  body: z.strictObject({ reason: decisionNote }),
  responses: answer,
  errors: ['withdrawal_state', 'second_person_needed', 'own_withdrawal'],
  handler: ({ params: { id }, body, ...call }) => decide(messages.returnPayment, id, body.reason, call),
});

interface DecisionCall {
  context: ApiContext;
  principal: Principal;
  resourceId: string;
  requestId: string;
}

async function decide(
  update: typeof messages.approveWithdrawal,
  id: string,
  text: string | undefined,
  { context, principal, resourceId: decisionId, requestId }: DecisionCall,
) {
  await ownWithdrawal(context, id, principal);
  await send(senderOf(context), {
    kind: 'withdrawal',
    id,
    update,
    args: [{ id, decisionId, by: actorOfCall({ principal, requestId }), text }],
    messageId: decisionId,
  });
  return { status: 200, body: await readWithdrawal(context.pool, id, principal) };
}

function isOtherDistributor(principal: Principal, distributorId: string): boolean {
  return principal.distributorId !== null && principal.distributorId !== distributorId;
}

async function ownWithdrawal(context: ApiContext, id: string, principal: Principal) {
  const withdrawal = await readWithdrawal(context.pool, id, principal);
  if (!withdrawal || isOtherDistributor(principal, withdrawal.distributorId))
    throw notFound(`Withdrawal ${id}`);
  return withdrawal;
}

/** Distributors learn that staff requested it on their behalf, but not who. */
function askerFor(principal: Principal, requestedBy: string | null): string | null {
  return principal.distributorId && requestedBy
    ? actorForDistributor(requestedBy, undefined, principal)
    : requestedBy;
}

async function readWithdrawal(pool: Pool, id: string, principal: Principal) {
  const { rows } = await pool.query<Withdrawal>(`SELECT ${columns} FROM ${tables} WHERE w.id = $1`, [id]);
  const withdrawal = rows[0];
  if (!withdrawal) return undefined;
  const timeline = await readTimeline(pool, subjectOf('withdrawal', id));
  if (principal.distributorId) {
    return {
      ...withdrawal,
      requestedBy: askerFor(principal, withdrawal.requestedBy),
      approvals: [],
      timeline: timeline.map((line) => eventForDistributor(line, principal)),
    };
  }
  return { ...withdrawal, approvals: await approvalsOf(pool, subjectOf('withdrawal', id)), timeline };
}

export const withdrawalEndpoints = [
  createWithdrawal,
  listWithdrawals,
  summarizeWithdrawals,
  getWithdrawal,
  approveWithdrawal,
  rejectWithdrawal,
  cancelWithdrawal,
  returnWithdrawalPayment,
];
