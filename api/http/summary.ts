import { z } from 'zod';
import type { Pool } from '../../database/pool';
import type { Reply, ResponseSpec } from './endpoint';
import { moneySchema } from './schemas';

/** Beyond this nothing is counted, where a count would read all there is. Sums are never cut off. */
export const maxCounted = 10_000;

/** Count and total. */
export const summarySchema = z
  .object({
    count: z.int().describe(`Max ${maxCounted} where it is capped.`),
    capped: z.boolean().describe('There are more than counted.'),
    sums: z.array(moneySchema).describe('Per currency, of all entries, also where the count is capped.'),
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
  /** Columns of an amount and its currency, where there is something to add up: all is counted and added up. */
  money?: { amount: string; currency: string };
  /**
   * A statement of `currency` and `amount` with the same sums, where reading every entry would cost more the longer
   * the history is. Entries are then counted up to a bound.
   */
  sums?: string;
  /** Column of the time since when each waits. */
  since?: string;
}

/** A count, with the time of the oldest where one was asked for. */
export interface CountedResult {
  count: number;
  capped: boolean;
  sums: { amount: number; currency: string }[];
  oldestAt: Date | null;
}

const sumsOf = (statement: string) =>
  `(SELECT coalesce(jsonb_agg(jsonb_build_object('amount', s.amount, 'currency', s.currency) ORDER BY s.currency), '[]')
    FROM (${statement}) s) AS sums`;

/** Counts and adds up: every entry where there is money, else up to a bound. */
export async function summarize(pool: Pool, what: (bind: Bind) => Counted): Promise<CountedResult> {
  const values: unknown[] = [];
  const { from, where, money, sums, since } = what((value) => `$${values.push(value)}`);
  const conditions = where.filter((condition) => typeof condition === 'string' && condition !== '');
  const entries = `${from} ${conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''}`;
  const oldest = since ?? 'NULL::timestamptz';
  const statement =
    money && !sums
      ? `WITH found AS (
           SELECT ${money.currency} AS currency, count(*) AS count, min(${oldest}) AS at, sum(${money.amount}) AS amount
           FROM ${entries} GROUP BY 1
         )
         SELECT coalesce(sum(count), 0)::int AS count, false AS capped, min(at) AS "oldestAt",
           ${sumsOf('SELECT currency, amount FROM found')} FROM found`
      : `WITH found AS (
           SELECT ${oldest} AS at FROM ${entries} ${since ? `ORDER BY ${since}` : ''} LIMIT ${maxCounted + 1}
         )
         SELECT least(count(*), ${maxCounted})::int AS count, count(*) > ${maxCounted} AS capped, min(at) AS "oldestAt",
           ${sums ? sumsOf(sums) : `'[]'::jsonb AS sums`} FROM found`;
  const { rows } = await pool.query<CountedResult>(statement, values);
  return rows[0]!;
}

/** For the `responses` of an endpoint that answers with `replySummary`. */
export const summaryResponses: Record<200, ResponseSpec> = {
  200: { description: 'Count and totals.', schema: summarySchema },
};

/** Answers count and total of what a filter finds. */
export async function replySummary(pool: Pool, what: (bind: Bind) => Counted): Promise<Reply> {
  const { count, capped, sums } = await summarize(pool, what);
  return { status: 200, body: { count, capped, sums } };
}
