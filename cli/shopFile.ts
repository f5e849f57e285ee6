import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { readTable, type Table, TableError, type TableRow } from '../domain/imports/table';
import { CommandError } from './connect';

/** File name for the standard input. */
export const STDIN = '-';

/**
 * Opens a shop's export, plain or gzip, see {@link readTable}. It is read only as fast as rows are consumed.
 *
 * @param file its path, or {@link STDIN}
 * @throws CommandError when it cannot be opened or has no header; its rows throw one when reading fails
 */
export async function openShopFile(file: string): Promise<Table> {
  if (file !== STDIN && !(await stat(file).catch(() => undefined))?.isFile()) {
    throw new CommandError(`There is no file ${file}.`);
  }
  const plain = file === STDIN ? process.stdin : createReadStream(file);
  const bytes = file.endsWith('.gz') ? createGunzip() : new PassThrough();
  // The reader of the bytes gets the errors of earlier streams.
  pipeline(plain, bytes).catch(() => undefined);
  try {
    const { header, rows } = await readTable(bytes);
    return { header, rows: named(file, rows) };
  } catch (error) {
    throw withName(file, error);
  }
}

async function* named(file: string, rows: AsyncGenerator<TableRow>): AsyncGenerator<TableRow> {
  try {
    yield* rows;
  } catch (error) {
    throw withName(file, error);
  }
}

function withName(file: string, error: unknown): unknown {
  if (!(error instanceof TableError)) return error;
  return new CommandError(`${file === STDIN ? 'The standard input' : file} ${error.message}`);
}
