import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { CsvFields } from '../domain/imports/shopExport';
import { CommandError } from './connect';

/** File name for the standard input. */
export const STDIN = '-';

/** A row of the file, numbered as in a spreadsheet; the header is row 1. */
export interface ShopRow {
  readonly row: number;
  /** Unset if the row has more values than the header; see `fault`. */
  readonly fields?: CsvFields;
  readonly fault?: string;
}

/** An open file: header, and rows on demand. */
export interface ShopFile {
  readonly header: readonly string[];
  readonly rows: AsyncGenerator<ShopRow>;
}

// More than any row has: limits the memory of an unclosed quote.
const MAX_RECORD_SIZE = 1_000_000;

/**
 * Opens a shop's export: UTF-8 CSV, plain or gzip. It is read only as fast as rows are consumed.
 *
 * @param file its path, or {@link STDIN}
 * @throws CommandError when it cannot be opened or has no header; its rows throw one when reading fails
 */
export async function openShopFile(file: string): Promise<ShopFile> {
  const records = parse({
    bom: true,
    // Both are checked row by row, so that one bad row does not end the import.
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD_SIZE,
  });
  if (file !== STDIN && !(await stat(file).catch(() => undefined))?.isFile()) {
    throw new CommandError(`There is no file ${file}.`);
  }
  const plain = file === STDIN ? process.stdin : createReadStream(file);
  // The parser forwards errors of earlier streams.
  pipeline(plain, isCompressed(file) ? createGunzip() : new PassThrough(), records).catch(() => undefined);
  const rows = numberedRecords(records, file);
  const first = await rows.next();
  if (first.done) throw new CommandError(`${nameOf(file)} is empty.`);
  const header = first.value.values.map((name) => name.trim());
  return { header, rows: rowsUnder(header, rows) };
}

function isCompressed(file: string): boolean {
  return file.endsWith('.gz');
}

function nameOf(file: string): string {
  return file === STDIN ? 'The standard input' : file;
}

async function* numberedRecords(
  records: Readable,
  file: string,
): AsyncGenerator<{ row: number; values: string[] }> {
  let row = 0;
  try {
    for await (const values of records as AsyncIterable<string[]>) {
      row += 1;
      // A blank line is not a row, but counts for the row number.
      if (values.length > 1 || values[0] !== '') yield { row, values };
    }
  } catch (error) {
    throw new CommandError(`${nameOf(file)} cannot be read after row ${row}: ${explain(error as Error)}`);
  }
}

function explain(error: Error): string {
  if (!(error instanceof CsvError)) return error.message;
  return error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
    ? 'the next row has an opening quote (") without a closing one. Correct the file.'
    : error.message;
}

async function* rowsUnder(
  header: readonly string[],
  records: AsyncGenerator<{ row: number; values: string[] }>,
): AsyncGenerator<ShopRow> {
  for await (const { row, values } of records) {
    // Missing values at the end are checked by their columns; an extra value has shifted the others.
    if (values.slice(header.length).every((value) => value === '')) {
      yield { row, fields: Object.fromEntries(header.map((name, column) => [name, values[column]])) };
    } else {
      yield { row, fault: `The row has ${values.length} values under ${header.length} columns.` };
    }
  }
}
