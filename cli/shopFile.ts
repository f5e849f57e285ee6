import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { CsvFields } from '../domain/imports/shopExport';
import { CommandError } from './connect';

/** Stands for the standard input in place of a file's name. */
export const STDIN = '-';

/** A row of the file. A spreadsheet shows it under the same number; the header is row 1. */
export interface ShopRow {
  readonly row: number;
  /** Unset when the row has more values than the header, which `fault` tells. */
  readonly fields?: CsvFields;
  readonly fault?: string;
}

/** An open file: its header, and its rows as they are asked for. */
export interface ShopFile {
  readonly header: readonly string[];
  readonly rows: AsyncGenerator<ShopRow>;
}

// Far more than any row has: what a quote that is never closed may take into memory before it is found out.
const LONGEST_RECORD = 1_000_000;

/**
 * Opens a shop's export: UTF-8 CSV, plain or compressed by gzip. It is read no faster than the rows are taken.
 *
 * @param file its path, or {@link STDIN}
 * @throws CommandError when it can't be opened or has no header; its rows throw one when the file can't be read on
 */
export async function openShopFile(file: string): Promise<ShopFile> {
  const records = parse({
    bom: true,
    // Both are judged row by row, so that one bad row does not end the import.
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: LONGEST_RECORD,
  });
  if (file !== STDIN && !(await stat(file).catch(() => undefined))?.isFile()) {
    throw new CommandError(`There is no file ${file}.`);
  }
  const plain = file === STDIN ? process.stdin : createReadStream(file);
  // The parser passes on whatever breaks before it.
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
      // A blank line is no row, but counts as one where people look for it.
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
    // Values that are missing at the end are judged by their columns; one too many has shifted the others.
    if (values.slice(header.length).every((value) => value === '')) {
      yield { row, fields: Object.fromEntries(header.map((name, column) => [name, values[column]])) };
    } else {
      yield { row, fault: `The row has ${values.length} values under ${header.length} columns.` };
    }
  }
}
