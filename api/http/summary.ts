import { z } from 'zod';
import type { Pool } from '../../database/pool';
import type { Reply, ResponseSpec } from './endpoint';
import { moneySchema } from './schemas';

/** Beyond this nothing is counted, so that a figure costs the same however much there is. */
export const maxCounted = 10_000;

/** Count and total. */
export const summarySchema = z
  .object({
    count: z.int().describe(`Max ${maxCounted}.`),
    capped: z.boolean().describe('There are more: count and sums cover the first ones only.'),
    sums: z.array(moneySchema).describe('Per currency.'),
  })
  .meta({ id: 'Summary' });

/** Turns a value into a parameter of the statement. */
export type Bind = (value: unknown) => string;

/** What is counted. */
export interface Counted {
  /** Tables, as after FROM. */
  from: string;
  /** Conditions, all of which must hold; what is not a text is left out. */
  where: (string | undefined | null | false)[];
  /** Columns of an amount and its currency, where there is something to add up. */
  money?: { amount: string; currency: string };
  /** Column of the time since when each waits; the oldest are counted first. */
  since?: string;
}

/** A bounded count, with the time of the oldest where one was asked for. */
export interface CountedResult {
  count: number;
  capped: boolean;
  sums: { amount: number; currency: string }[];
  oldestAt: Date | null;
}

/** Counts and adds up to a bound. */
export async function countBounded(pool: Pool, what: (bind: Bind) => Counted): Promise<CountedResult> {
  const values: unknown[] = [];
  const { from, where, money, since } = what((value) => `$${values.push(value)}`);
  const conditions = where.filter((condition) => typeof condition === 'string' && condition !== '');
  const { rows } = await pool.query<Omit<CountedResult, 'capped'>>(
    `WITH found AS (
       SELECT ${since ?? 'NULL::timestamptz'} AS at, ${money?.amount ?? 'NULL::bigint'} AS amount,
         ${money?.currency ?? 'NULL'} AS currency
       FROM ${from} ${conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''}
       ${since ? `ORDER BY ${since}` : ''} LIMIT ${maxCounted + 1}
     ), numbered AS (
       SELECT *, row_number() OVER () AS number FROM found
     )
     SELECT count(*)::int AS count, min(at) AS "oldestAt", (
       SELECT coalesce(jsonb_agg(jsonb_build_object('amount', s.amount, 'currency', s.currency) ORDER BY s.currency), '[]')
       FROM (SELECT currency, sum(amount) AS amount FROM numbered
             WHERE number <= ${maxCounted} AND currency IS NOT NULL GROUP BY currency) s
     ) AS sums FROM numbered`,
    values,
  );
  const { count, ...rest } = rows[0]!;
  return { ...rest, count: Math.min(count, maxCounted), capped: count > maxCounted };
}

/** For the `responses` of an endpoint that answers with `replySummary`. */
export const summaryResponses: Record<200, ResponseSpec> = {
  200: { description: 'Count and totals.', schema: summarySchema },
};

/** Answers count and total of what a filter finds. */
export async function replySummary(pool: Pool, what: (bind: Bind) => Counted): Promise<Reply> {
  const { count, capped, sums } = await countBounded(pool, what);
  return { status: 200, body: { count, capped, sums } };
}
