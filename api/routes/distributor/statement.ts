import { z } from 'zod';
import { ROLES } from '../../../domain/roles';
import { ACCOUNTS } from '../../../domain/words/events';
import { WORDS } from '../../../domain/words/glossary';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import {
  currencySchema,
  moneySchema,
  timestampInput,
  timestampOutput,
  uuid,
  uuidParams,
} from '../../http/schemas';
import { refuseOthers } from './own';

export const accountSchema = z.enum([
  'held',
  'available',
  'reserved',
  'debt',
  'commission_expense',
  'cash',
  'tax',
  'fees',
  'penalties',
  'write_off',
]);

export const transferSchema = z
  .object({
    id: z.int(),
    key: z.string().describe('Cause of the transfer.'),
    from: accountSchema,
    to: accountSchema,
    amount: moneySchema,
    commissionId: z.int().nullable(),
    withdrawalId: uuid.nullable(),
    occurredAt: timestampOutput,
    recordedAt: timestampOutput,
  })
  .meta({ id: 'Transfer' });

/** Columns of transfers in files for people. */
export const transferFileColumns: column.Columns<z.output<typeof transferSchema>> = {
  id: column.text(WORDS.id),
  key: null,
  occurredAt: column.time({ zh: '时间', en: 'Time' }),
  from: column.named({ zh: '从', en: 'From' }, ACCOUNTS),
  to: column.named({ zh: '到', en: 'To' }, ACCOUNTS),
  amount: column.money(WORDS.amount),
  commissionId: column.text({ zh: '佣金', en: 'Commission' }),
  withdrawalId: column.text({ zh: '提现', en: 'Withdrawal' }),
  recordedAt: column.time({ zh: '记账时间', en: 'Recorded' }),
};

export interface TransferRow {
  id: number;
  key: string;
  from: z.output<typeof accountSchema>;
  to: z.output<typeof accountSchema>;
  amount: number;
  currency: string;
  commissionId: number | null;
  withdrawalId: string | null;
  occurredAt: Date;
  recordedAt: Date;
}

export const transferColumns = `t.id, t.key, t.from_account AS "from", t.to_account AS "to", t.amount, t.currency,
  t.commission_id AS "commissionId", t.withdrawal_id AS "withdrawalId", t.occurred_at AS "occurredAt",
  t.recorded_at AS "recordedAt"`;

export const toTransfer = ({ amount, currency, occurredAt, recordedAt, ...row }: TransferRow) => ({
  ...row,
  amount: { amount, currency },
  occurredAt: occurredAt.toISOString(),
  recordedAt: recordedAt.toISOString(),
});

const statement = defineList({
  item: transferSchema,
  columns: transferFileColumns,
  filters: {
    currency: currencySchema.optional(),
    account: z
      .enum(['held', 'available', 'reserved', 'debt'])
      .optional()
      .describe('Transfers into or out of this account.'),
    occurredAfter: timestampInput.optional(),
    occurredBefore: timestampInput.optional(),
  },
  sorts: { id: { column: 't.id', type: 'bigint' } },
  defaultSort: '-id',
  tie: { column: 't.id', type: 'bigint' },
});

const balanceSchema = z.object({
  currency: currencySchema,
  held: moneySchema.describe('Commissions that are held or due.'),
  available: moneySchema.describe('Released and not paid out, including what is kept back.'),
  keptBack: moneySchema.describe('Kept back now by restrictions; may be more than is available.'),
  withdrawable: moneySchema.describe('Available less what is kept back, not below zero.'),
  reserved: moneySchema.describe('In withdrawals.'),
  debt: moneySchema.describe('Debt; new releases pay it first.'),
});

export const statementEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/balance',
    summary: 'Get the balance of a distributor',
    description:
      'The top level shows the requested currency; by default the only currency, or CNY if there are several. `balances` has all.',
    tag: 'distributors',
    roles: ROLES,
    scope: 'distributors:read',
    params: uuidParams,
    query: z.object({ currency: currencySchema.optional() }),
    responses: {
      200: {
        description: 'The balance.',
        schema: balanceSchema.extend({ balances: z.array(balanceSchema) }).meta({ id: 'Balance' }),
      },
    },
    handler: async ({ params: { id }, query, context, principal }) => {
      await refuseOthers(context, principal, id);
      const { rows } = await context.pool.query<Amounts & { currency: string }>(
        `SELECT currency, held, available, kept_back(distributor_id, currency, now()) AS "keptBack", reserved, debt
         FROM balances WHERE distributor_id = $1 ORDER BY currency`,
        [id],
      );
      const balances = rows.map(({ currency, ...amounts }) => balanceOf(currency, amounts));
      const only = balances.length === 1 ? balances[0]?.currency : undefined;
      const currency = query.currency ?? only ?? 'CNY';
      const top = balances.find((balance) => balance.currency === currency) ?? balanceOf(currency, nothing);
      return { status: 200, body: { ...top, balances } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/statement',
    summary: 'List all transfers of a distributor',
    tag: 'distributors',
    roles: ROLES,
    scope: 'distributors:read',
    params: uuidParams,
    query: statement.query,
    responses: statement.responses,
    handler: async ({ params: { id }, query, context, principal, req }) => {
      await refuseOthers(context, principal, id);
      return statement.reply<TransferRow>({
        context,
        req,
        query,
        select: transferColumns,
        from: 'transfers t',
        where: (bind) => [
          `t.distributor_id = ${bind(id)}`,
          query.currency && `t.currency = ${bind(query.currency)}`,
          query.account && `${bind(query.account)} IN (t.from_account::text, t.to_account::text)`,
          query.occurredAfter && `t.occurred_at >= ${bind(query.occurredAfter)}`,
          query.occurredBefore && `t.occurred_at < ${bind(query.occurredBefore)}`,
        ],
        toItem: toTransfer,
      });
    },
  }),
];

/** Minor units. */
type Amounts = Record<'held' | 'available' | 'keptBack' | 'reserved' | 'debt', number>;

const nothing: Amounts = { held: 0, available: 0, keptBack: 0, reserved: 0, debt: 0 };

function balanceOf(currency: string, amounts: Amounts): z.input<typeof balanceSchema> {
  return {
    currency,
    held: { amount: amounts.held, currency },
    available: { amount: amounts.available, currency },
    keptBack: { amount: amounts.keptBack, currency },
    withdrawable: { amount: Math.max(0, amounts.available - amounts.keptBack), currency },
    reserved: { amount: amounts.reserved, currency },
    debt: { amount: amounts.debt, currency },
  };
}
