import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { readTable, type Table, TableError, type TableRow } from '../domain/imports/table';
import { CommandError } from './connect';

/** Stands for the standard input in place of a file's name. */
export const STDIN = '-';

/**
 * Opens a shop's export, plain or compressed by gzip, see {@link readTable}. It is read no faster than the rows are
 * taken.
 *
 * @param file its path, or {@link STDIN}
 * @throws CommandError when it can't be opened or has no header; its rows throw one when the file can't be read on
 */
export async function openShopFile(file: string): Promise<Table> {
  if (file !== STDIN && !(await stat(file).catch(() => undefined))?.isFile()) {
    throw new CommandError(`There is no file ${file}.`);
  }
  const plain = file === STDIN ? process.stdin : createReadStream(file);
  const bytes = file.endsWith('.gz') ? createGunzip() : new PassThrough();
  // Whoever reads the bytes learns of what breaks before them.
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
