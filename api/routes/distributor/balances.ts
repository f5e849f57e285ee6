import { z } from 'zod';
import { kinds } from '../../../domain/kinds';
import { FINANCE } from '../../../domain/roles';
import { ACCOUNTS } from '../../../domain/words/events';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { currencySchema, moneySchema, timestampInput, uuid } from '../../http/schemas';
import {
  accountSchema,
  type TransferRow,
  toTransfer,
  transferColumns,
  transferFileColumns,
  transferSchema,
} from './statement';

const balanceSchema = z.object({
  distributorId: uuid,
  distributorName: z.string(),
  distributorState: z.enum(kinds.distributor.states),
  currency: z.string(),
  held: moneySchema,
  available: moneySchema,
  reserved: moneySchema,
  debt: moneySchema,
});

const money = (account: string) =>
  `jsonb_build_object('amount', b.${account}, 'currency', b.currency) AS ${account}`;
const sort = (account: string) => ({ column: `b.${account}`, type: 'bigint' as const });

const balances = defineList({
  item: balanceSchema,
  columns: {
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
    distributorState: column.named(WORDS.state, NAMES_OF_STATES),
    currency: column.text(WORDS.currency),
    held: column.money(ACCOUNTS.held),
    available: column.money(ACCOUNTS.available),
    reserved: column.money(ACCOUNTS.reserved),
    debt: column.money(ACCOUNTS.debt),
  },
  filters: {
    currency: currencySchema.optional(),
    distributorId: uuid.optional(),
    debtAbove: z.coerce.number().int().min(0).optional().describe('Minor units; 0 for all with debt.'),
  },
  sorts: {
    held: sort('held'),
    available: sort('available'),
    reserved: sort('reserved'),
    debt: sort('debt'),
  },
  defaultSort: '-available',
  tie: { column: "(b.distributor_id::text || '/' || b.currency)", type: 'text' },
});

const listedTransferSchema = transferSchema
  .extend({ distributorId: uuid, distributorName: z.string() })
  .meta({ id: 'ListedTransfer' });

const transfers = defineList({
  item: listedTransferSchema,
  columns: {
    ...transferFileColumns,
    occurredAt: column.time({ zh: '发生时间', en: 'Occurred' }),
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
  },
  filters: {
    distributorId: uuid.optional(),
    account: accountSchema.optional().describe('Transfers into or out of this account.'),
    currency: currencySchema.optional(),
    commissionId: z.coerce.number().int().min(1).optional(),
    withdrawalId: uuid.optional(),
    occurredAfter: timestampInput.optional(),
    occurredBefore: timestampInput.optional(),
  },
  sorts: { occurredAt: { column: 't.occurred_at', type: 'timestamptz' } },
  defaultSort: '-occurredAt',
  tie: { column: 't.id', type: 'bigint' },
});

export const balanceEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/balances',
    summary: 'List balances and debt of distributors',
    tag: 'ledger',
    roles: FINANCE,
    scope: 'ledger:read',
    query: balances.query,
    responses: balances.responses,
    handler: ({ query, context, req }) =>
      balances.reply<z.input<typeof balanceSchema>>({
        context,
        req,
        query,
        select: `b.distributor_id AS "distributorId", d.name AS "distributorName", distributor_state(d) AS "distributorState",
          b.currency, ${['held', 'available', 'reserved', 'debt'].map(money).join(', ')}`,
        from: 'balances b JOIN distributors d ON d.id = b.distributor_id',
        where: (bind) => [
          query.currency && `b.currency = ${bind(query.currency)}`,
          query.distributorId && `b.distributor_id = ${bind(query.distributorId)}`,
          query.debtAbove !== undefined && `b.debt > 0 AND b.debt > ${bind(query.debtAbove)}`,
        ],
        toItem: (row) => row,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/transfers',
    summary: 'List transfers of all distributors',
    tag: 'ledger',
    roles: FINANCE,
    scope: 'ledger:read',
    query: transfers.query,
    responses: transfers.responses,
    handler: ({ query, context, req }) =>
      transfers.reply<TransferRow & { distributorId: string; distributorName: string }>({
        context,
        req,
        query,
        select: `${transferColumns}, t.distributor_id AS "distributorId",
          (SELECT name FROM distributors WHERE id = t.distributor_id) AS "distributorName"`,
        from: 'transfers t',
        where: (bind) => [
          query.distributorId && `t.distributor_id = ${bind(query.distributorId)}`,
          // One of a few known names, in the text so that the index of the rare accounts is found to fit.
          query.account && `(t.from_account = '${query.account}' OR t.to_account = '${query.account}')`,
          query.currency && `t.currency = ${bind(query.currency)}`,
          // Every transfer leaves a balance in its currency: where there is no balance, no transfer need be read.
          query.currency && `EXISTS (SELECT FROM balances WHERE currency = ${bind(query.currency)})`,
          query.commissionId !== undefined && `t.commission_id = ${bind(query.commissionId)}`,
          query.withdrawalId && `t.withdrawal_id = ${bind(query.withdrawalId)}`,
          query.occurredAfter && `t.occurred_at >= ${bind(query.occurredAfter)}`,
          query.occurredBefore && `t.occurred_at < ${bind(query.occurredBefore)}`,
        ],
        toItem: ({ distributorId, distributorName, ...row }) => ({
          ...toTransfer(row),
          distributorId,
          distributorName,
        }),
      }),
  }),
];
