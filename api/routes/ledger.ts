import { z } from 'zod';
import { verifyLedger } from '../../database/verifyLedger';
import { FINANCE } from '../../domain/roles';
import { type Endpoint, endpoint } from '../http/endpoint';
import { timestampOutput } from '../http/schemas';

const reportSchema = z
  .object({
    ok: z.boolean(),
    checkedAt: timestampOutput,
    transfers: z.int().describe('Number of transfers verified.'),
    totals: z
      .array(z.object({ currency: z.string(), account: z.string(), amount: z.int() }))
      .describe('Balance of each account; the sum of each currency is zero.'),
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
    summary: 'Verify the ledger',
    description:
      'Checks that every currency sums to zero, balances equal the sums of their transfers, held amounts equal commissions that ' +
      'are held or due, reserved amounts equal open withdrawals, each commission and withdrawal equals ' +
      'its own transfers, and daily totals equal their orders and transfers. ' +
      'Reads every transfer and every order line.',
    tag: 'ledger',
    roles: FINANCE,
    scope: 'ledger:read',
    responses: { 200: { description: 'The result.', schema: reportSchema } },
    handler: async ({ context }) => {
      const report = await verifyLedger(context.pool);
      return { status: 200, body: { ...report, checkedAt: report.checkedAt.toISOString() } };
    },
  }),
];
