import { z } from 'zod';
import { verifyLedger } from '../../database/verifyLedger';
import { FINANCE } from '../../domain/roles';
import { type Endpoint, endpoint } from '../http/endpoint';
import { timestampOutput } from '../http/schemas';

const reportSchema = z
  .object({
    ok: z.boolean(),
    checkedAt: timestampOutput,
    transfers: z.int().describe('How many transfers were added up.'),
    totals: z
      .array(z.object({ currency: z.string(), account: z.string(), amount: z.int() }))
      .describe('What each account holds; over each currency the sum is zero.'),
    mismatchCount: z.int(),
    mismatches: z
      .array(
        z.object({
          check: z.string(),
          subject: z.string(),
          currency: z.string(),
          expected: z.int(),
          actual: z.int(),
        }),
      )
      .describe('The first 200.'),
  })
  .meta({ id: 'LedgerReport' });

export const ledgerEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/ledger/verify',
    summary: 'Check the books',
    description:
      'Every currency adds up to zero, balances are the sums of their transfers, what is held is what commissions ' +
      'are held or due, what is reserved is what withdrawals are under way, and each commission and withdrawal is ' +
      'what its own transfers say; and the sums of days that reports read are those of their orders and transfers. ' +
      'Reads every transfer and every order line.',
    tag: 'ledger',
    roles: FINANCE,
    scope: 'ledger:read',
    responses: { 200: { description: 'What was found.', schema: reportSchema } },
    handler: async ({ context }) => {
      const report = await verifyLedger(context.pool);
      return { status: 200, body: { ...report, checkedAt: report.checkedAt.toISOString() } };
    },
  }),
];
