import { Readable } from 'node:stream';
import { type Options, stringify } from 'csv-stringify';
import { z } from 'zod';
import { harmlessCell } from '../../domain/spreadsheet';
import { type Columns, type Reading, readableColumns } from './columns';
import type { Reply } from './endpoint';

const ATTACHMENT = { 'Content-Disposition': 'attachment; filename="export.csv"' };

/** Query parameter of whatever has a CSV for people. */
export const languageQuery = z
  .enum(['zh-CN', 'en'])
  .optional()
  .describe(
    'Only with "Accept: text/csv": the file is for people, in this language, with amounts in major units and times in the zone of the brand.',
  );

/**
 * Answers entries as CSV, with a column for each field, and one for each field of a field.
 * @param item what an entry looks like
 */
export function csvReply(item: z.ZodObject, items: Iterable<unknown> | AsyncIterable<unknown>): Reply {
  return {
    status: 200,
    raw: { contentType: 'text/csv; charset=utf-8', content: csv(item, items) },
    headers: ATTACHMENT,
  };
}

/**
 * Answers entries as CSV for people: with the names that the console shows, amounts in major units and times in the
 * brand's zone.
 */
export function readableCsvReply<Item>(
  columns: Columns<Item>,
  reading: Reading,
  items: Iterable<unknown> | AsyncIterable<unknown>,
): Reply {
  const readable = readableColumns(columns as unknown as Columns<Record<string, unknown>>, reading);
  async function* rows() {
    yield readable.map(({ title }) => title);
    for await (const item of items) yield readable.map(({ cell }) => cell(item as Record<string, unknown>));
  }
  return {
    status: 200,
    raw: { contentType: 'text/csv; charset=utf-8', content: writtenAs(rows(), { bom: true }) },
    headers: ATTACHMENT,
  };
}

function csv(item: z.ZodObject, items: Iterable<unknown> | AsyncIterable<unknown>): Readable {
  async function* records() {
    for await (const one of items) yield flatten(one as Record<string, unknown>);
  }
  return writtenAs(records(), {
    header: true,
    columns: columnsOf(item),
    bom: true,
    cast: { string: harmlessCell },
  });
}

/** Without the mark, Excel takes Chinese names for another encoding. */
function writtenAs(records: AsyncIterable<unknown>, options: Options & { bom: true }): Readable {
  const stringifier = stringify(options);
  const rows = Readable.from(records);
  // A fault while reading must break the answer off, so that a part does not pass for the whole.
  rows.on('error', (error) => stringifier.destroy(error));
  stringifier.on('close', () => rows.destroy());
  return rows.pipe(stringifier);
}

function columnsOf(schema: z.ZodObject, prefix = ''): string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    let inner = field as z.core.$ZodType;
    while (inner instanceof z.ZodNullable || inner instanceof z.ZodOptional) inner = inner.unwrap();
    return inner instanceof z.ZodObject ? columnsOf(inner, `${prefix}${name}.`) : [`${prefix}${name}`];
  });
}

function flatten(item: Record<string, unknown>, prefix = ''): Record<string, string | number | boolean> {
  const cells: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(item)) {
    const at = `${prefix}${name}`;
    if (value === null || value === undefined) continue;
    if (value instanceof Date) cells[at] = value.toISOString();
    else if (Array.isArray(value))
      cells[at] = value.map((v) => (typeof v === 'object' ? JSON.stringify(v) : String(v))).join(' ');
    else if (typeof value === 'object')
      Object.assign(cells, flatten(value as Record<string, unknown>, `${at}.`));
    else cells[at] = typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
  }
  return cells;
}
