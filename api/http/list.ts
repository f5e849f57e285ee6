import type { Request } from 'express';
import { z } from 'zod';
import type { Pool } from '../../database/pool';
import type { Language } from '../../domain/words/text';
import type { Columns } from './columns';
import { csvReply, languageQuery, readableCsvReply } from './csv';
import type { ApiContext, Reply, ResponseSpec } from './endpoint';
import { unstorableText } from './input';
import { Problem } from './problem';

/** A column that a list can be sorted by. It must never be null: a comparison with null would lose rows. */
export interface SortColumn {
  /** As in the list's select: `o.created_at`. */
  column: string;
  /** Its PostgreSQL type. */
  type: 'timestamptz' | 'date' | 'bigint' | 'text' | 'uuid';
}

interface ListSpec<Filters extends z.ZodRawShape, Item extends z.ZodObject> {
  /** Schema of one entry. Also names the columns of the CSV for programs. */
  item: Item;
  /** Columns of the CSV for people. */
  columns: Columns<z.output<Item>>;
  filters: Filters;
  /** The sortable columns, by the name in `sort=`. */
  sorts: Record<string, SortColumn>;
  /** Such as `-createdAt`, the minus for descending. */
  defaultSort: string;
  /** A unique column that decides between equal values, so that no entry is skipped or listed twice. */
  tie: SortColumn;
}

/** What reading a page needs of a list. */
type AnyList = Pick<ListSpec<z.ZodRawShape, z.ZodObject>, 'sorts' | 'tie'>;

interface ListQuery {
  limit: number;
  cursor?: string;
  sort: string;
  language?: Language;
}

/** The source of a page. */
interface Source<Row, Item> {
  context: Pick<ApiContext, 'pool' | 'config'>;
  req: Request;
  query: ListQuery;
  /** Columns that `toItem` needs, as after SELECT; given values where they depend on some. */
  select: string | ((bind: (value: unknown) => string) => string);
  /** Tables, as after FROM; given values where they are made from some. */
  from: string | ((bind: (value: unknown) => string) => string);
  /**
   * Conditions, all of which must hold. `bind` turns a value into a parameter of the statement; what is not a text
   * is left out, so that `filter && …` reads well.
   */
  where: (bind: (value: unknown) => string) => (string | undefined | null | false)[];
  /**
   * Up to how many rows are found first and sorted then, in place of a walk in the order asked for; off by default.
   * For spans of time: their rows lie side by side, and another time goes with it, which the planner does not know. What
   * was recorded last falls due last, so that a walk from what fell due first would read nearly all rows before it.
   */
  sortUpTo?: number;
  toItem: (row: Row) => Item;
}

/** A kind of list: its query parameters, its documented answer, and how a page of it is read. */
export interface List<Filters extends z.ZodRawShape, Item extends z.ZodObject> {
  /** For the endpoint's `query`. */
  query: z.ZodObject<
    {
      limit: z.ZodDefault<z.ZodCoercedNumber>;
      cursor: z.ZodOptional<z.ZodString>;
      sort: z.ZodDefault<z.ZodEnum<Record<string, string>>>;
      language: typeof languageQuery;
    } & Filters
  >;
  /** For the endpoint's `responses`. */
  responses: Record<200, ResponseSpec>;
  /** Answers one page, or all of it as CSV where the request accepts `text/csv`. */
  reply: <Row>(source: Source<Row, z.input<Item>>) => Promise<Reply>;
}

const csvPage = 1000;

/** Declares a list with keyset cursors: page 1000 costs what page 1 costs, and no entry moves between pages. */
export function defineList<Filters extends z.ZodRawShape, Item extends z.ZodObject>(
  spec: ListSpec<Filters, Item>,
): List<Filters, Item> {
  const sortNames = Object.fromEntries(
    Object.keys(spec.sorts).flatMap((name) => [name, `-${name}`].map((n) => [n, n])),
  );
  return {
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50).describe('Entries per page.'),
      cursor: z
        .string()
        .max(1000)
        .optional()
        .describe('The nextCursor of the previous page; requires the same sort.'),
      sort: z.enum(sortNames).default(spec.defaultSort).describe('Prefix with a minus to sort descending.'),
      language: languageQuery,
      ...spec.filters,
    }),
    responses: {
      200: {
        description:
          'One page. With "Accept: text/csv": all entries as CSV, as in JSON, or as people read them if a language is given.',
        schema: z.object({
          items: z.array(spec.item),
          nextCursor: z.string().nullable().describe('Null on the last page.'),
        }),
      },
    },
    reply: async (source) => {
      const first = source.query.cursor
        ? decodeCursor(source.query.cursor, source.query.sort, spec)
        : undefined;
      if (source.req.accepts(['json', 'text/csv']) === 'text/csv') {
        const entries = allPages(spec, source, first);
        const { language } = source.query;
        if (!language) return csvReply(spec.item, entries);
        const reading = { language, zone: source.context.config.BRAND_TIME_ZONE };
        return readableCsvReply(spec.columns, reading, entries);
      }
      const page = await readPage(spec, source, source.query.limit, first);
      return {
        status: 200,
        body: {
          items: page.items,
          nextCursor: page.next ? encodeCursor(source.query.sort, page.next) : null,
        },
      };
    },
  };
}

/** Where a page begins: after the entry with these values. */
interface Position {
  value: string;
  tie: string;
}

async function readPage<Row, Item>(
  spec: AnyList,
  { context: { pool }, query, select, from, where, sortUpTo = 0, toItem }: Source<Row, Item>,
  limit: number,
  after: Position | undefined,
): Promise<{ items: Item[]; next?: Position }> {
  const { column, descending } = sortOf(spec, query.sort);
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = where(bind).filter((condition) => typeof condition === 'string' && condition !== '');
  if (after) {
    const [operator, v, t] = [descending ? '<' : '>', bind(after.value), bind(after.tie)];
    conditions.push(
      `(${column.column}, ${spec.tie.column}) ${operator} (${v}::${column.type}, ${t}::${spec.tie.type})`,
    );
  }
  const direction = descending ? 'DESC' : 'ASC';
  const table = typeof from === 'string' ? from : from(bind);
  const tie = spec.tie.column;
  let filter = conditions.length ? `WHERE ${conditions.join(' AND ')}` : '';
  if (sortUpTo && limit < csvPage && (await estimateRows(pool, `${table} ${filter}`, values)) <= sortUpTo) {
    // The same order, but one that no index has, so that the rows are found first; what is shown is read of the page alone.
    const sorted = `coalesce(${column.column}, ${column.column}) ${direction}, ${tie} ${direction}`;
    filter = `WHERE ${tie} = ANY (ARRAY(SELECT ${tie} FROM ${table} ${filter} ORDER BY ${sorted} LIMIT ${limit + 1}))`;
  }
  // Not before: a value that only the columns need has no type in a statement without them.
  const columns = typeof select === 'string' ? select : select(bind);
  // The position is taken as text: a JavaScript date would drop the microseconds and skip or repeat entries.
  const { rows } = await pool.query<Row & { '@value': string; '@tie': string }>(
    `SELECT ${columns}, ${column.column}::text AS "@value", ${tie}::text AS "@tie"
     FROM ${table} ${filter} ORDER BY ${column.column} ${direction}, ${tie} ${direction} LIMIT ${limit + 1}`,
    values,
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    // Many items are their rows as they are, without what only places them.
    items: rows.slice(0, limit).map(({ '@value': _value, '@tie': _tie, ...row }) => toItem(row as Row)),
    next: last && { value: last['@value'], tie: last['@tie'] },
  };
}

/** How many rows the planner expects, from what it knows of the spread of values. It reads none of them. */
async function estimateRows(pool: Pool, from: string, values: unknown[]): Promise<number> {
  const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `EXPLAIN (FORMAT JSON) SELECT FROM ${from}`,
    values,
  );
  return rows[0]!['QUERY PLAN'][0].Plan['Plan Rows'];
}

function sortOf(spec: AnyList, sort: string) {
  const descending = sort.startsWith('-');
  return { column: spec.sorts[descending ? sort.slice(1) : sort]!, descending };
}

function encodeCursor(sort: string, { value, tie }: Position): string {
  return Buffer.from(JSON.stringify([sort, value, tie])).toString('base64url');
}

const cursorSchema = z.tuple([z.string(), z.string(), z.string()]);

/** Whether PostgreSQL would take a text as a value of this type. A cursor is untrusted input. */
const isValueOf: Record<SortColumn['type'], (text: string) => boolean> = {
  timestamptz: (text) =>
    /^.{19}(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d){0,2}$/.test(text) && isOnClock(text.slice(0, 19)),
  date: (text) => isOnClock(`${text} 00:00:00`),
  bigint: (text) => /^-?\d{1,18}$/.test(text),
  uuid: (text) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(text),
  text: (text) => unstorableText(text, '') === undefined,
};

/** Whether calendar and clock have it: `2026-02-28 23:59:59`, of the years that PostgreSQL writes with four digits. */
function isOnClock(text: string): boolean {
  const time = Date.parse(`${text.replace(' ', 'T')}Z`);
  return (
    text >= '0001' && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.replace(' ', 'T'))
  );
}

function decodeCursor(cursor: string, sort: string, spec: AnyList): Position {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  const [cursorSort, value, tie] = parsed.data ?? [];
  const usable =
    value !== undefined &&
    tie !== undefined &&
    cursorSort === sort &&
    isValueOf[sortOf(spec, sort).column.type](value) &&
    isValueOf[spec.tie.type](tie);
  if (!usable) {
    const detail = 'is not a cursor of this list in this sort; use the nextCursor of a page unchanged';
    throw new Problem({
      status: 400,
      code: 'query_not_valid',
      detail: `The query is not valid: /cursor ${detail}.`,
      errors: [{ pointer: '/cursor', detail }],
    });
  }
  return { value, tie };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** All entries, each page read when the client has taken the page before. */
async function* allPages<Row, Item>(
  spec: AnyList,
  source: Source<Row, Item>,
  first: Position | undefined,
): AsyncGenerator<Item> {
  let after = first;
  do {
    const page = await readPage(spec, source, csvPage, after);
    yield* page.items;
    after = page.next;
  } while (after);
}
