import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { CsvError, parse } from 'csv-parse';

/** Values of one row by column name. */
export type CsvFields = Readonly<Record<string, string | undefined>>;

/** A row of a table. A spreadsheet shows it under the same number; the header is row 1. */
export interface TableRow {
  readonly row: number;
  readonly fields: CsvFields;
  /** Why the fields can't be relied on; whoever reads the table refuses such a row. */
  readonly fault?: string;
}

/** A file of rows under a header, read as its rows are asked for. */
export interface Table {
  readonly header: readonly string[];
  /** @throws TableError when the file can't be read on */
  readonly rows: AsyncGenerator<TableRow>;
}

/** The file is no table, or not whole. The message goes on after the name of the file: "can't be read …". */
export class TableError extends Error {
  override name = 'TableError';
}

// Far more than any row has: what a quote that is never closed may take into memory before it is found out.
const LONGEST_RECORD = 1_000_000;

/** What is looked at to tell an encoding, from the first chunk on that is not plain ASCII. */
const SAMPLE_BYTES = 1_000_000;

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Reads a file that people hand in: CSV in UTF-8, in UTF-16 with a mark, or in GB18030 (which GBK and GB2312 are part
 * of), with commas, semicolons or tabs between the values. Encoding and delimiter are found out. No value ever has the
 * replacement character U+FFFD: a row in which it stands, or in which bytes are no text, has a fault.
 *
 * @param bytes the file, uncompressed
 * @throws TableError when it has no header, or an encoding that is none of these
 */
export async function readTable(bytes: AsyncIterable<Uint8Array>): Promise<Table> {
  const text = textOf(bytes);
  const start = await firstRecord(text);
  const records = parse({
    delimiter: delimiterOf(start),
    // Both are judged row by row, so that one bad row does not spoil the file.
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: LONGEST_RECORD,
  });
  // The parser passes on whatever breaks before it.
  pipeline(Readable.from(startingWith(start, text)), records).catch(() => undefined);
  const rows = numberedRecords(records);
  const first = await rows.next();
  if (first.done) throw new TableError('is empty.');
  const header = first.value.values.map((name) => name.trim());
  const fault = faultOf(header);
  if (fault !== undefined) throw new TableError(`can't be read: its header ${fault}`);
  return { header, rows: rowsUnder(header, rows) };
}

async function* numberedRecords(records: Readable): AsyncGenerator<{ row: number; values: string[] }> {
  let row = 0;
  try {
    for await (const values of records as AsyncIterable<string[]>) {
      row += 1;
      // A blank line is no row, but counts as one where people look for it.
      if (values.length > 1 || values[0] !== '') yield { row, values };
    }
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw new TableError(`can't be read after row ${row}: ${explain(error as Error)}`);
  }
}

function explain(error: Error): string {
  if (!(error instanceof CsvError)) return error.message;
  return error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
    ? 'the next row opens a quote (") that is never closed. Correct the file.'
    : error.message;
}

async function* rowsUnder(
  header: readonly string[],
  records: AsyncGenerator<{ row: number; values: string[] }>,
): AsyncGenerator<TableRow> {
  for await (const { row, values } of records) {
    const fields = Object.fromEntries(header.map((name, column) => [name, values[column]]));
    // Values that are missing at the end are judged by their columns; one too many has shifted the others.
    const fits = values.slice(header.length).every((value) => value === '');
    const unreadable = faultOf(values);
    if (!fits)
      yield { row, fields, fault: `The row has ${values.length} values under ${header.length} columns.` };
    else if (unreadable !== undefined) yield { row, fields, fault: `The row ${unreadable}` };
    else yield { row, fields };
  }
}

/** What makes values no text that anybody wrote. */
function faultOf(values: readonly string[]): string | undefined {
  const whole = values.join('\n');
  if (whole.includes('\uFFFD')) {
    return 'holds characters that were lost when the file was saved. Export it again, as UTF-8.';
  }
  if (whole.includes('\0'))
    return 'holds NUL characters, as UTF-16 without a mark does. Save the file as UTF-8.';
  return undefined;
}

/** The text from its beginning to the end of its first line, and what was read with it. */
async function firstRecord(text: AsyncGenerator<string>): Promise<string> {
  let start = '';
  while (lineEnd(start) === undefined && start.length < LONGEST_RECORD) {
    const next = await text.next();
    if (next.done) break;
    start += next.value;
  }
  return start;
}

/** Where the first line ends that is not within quotes. */
function lineEnd(text: string): number | undefined {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === '\n' || character === '\r')) return at;
  }
  return undefined;
}

/** The delimiter that stands most often in the header, outside quotes; a comma where there is none. */
function delimiterOf(text: string): string {
  const header = text.slice(0, lineEnd(text)).replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

async function* startingWith(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}

/** The bytes as text, without the mark. What can't be decoded is there as U+FFFD. */
async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let held: Buffer = Buffer.alloc(0);
  let isStart = true;
  let lines = 1;

  function* decoded(chunk: Buffer, stream: boolean): Generator<string> {
    const text = decoder!.decode(chunk, { stream });
    yield isStart && text.startsWith('\uFEFF') ? text.slice(1) : text;
    isStart = false;
  }

  for await (const chunk of bytes) {
    if (decoder) {
      yield* decoded(Buffer.from(chunk), true);
      continue;
    }
    held = Buffer.concat([held, chunk]);
    if (held.every((byte) => byte < 0x80)) {
      // The same in each of these encodings.
      const text = held.toString('latin1');
      lines += text.split('\n').length - 1;
      held = Buffer.alloc(0);
      isStart = false;
      yield text;
    } else if (held.length >= SAMPLE_BYTES) {
      decoder = decoderFor(held, isStart, true, lines);
      yield* decoded(held, true);
    }
  }
  if (decoder) yield* decoded(Buffer.alloc(0), false);
  else if (held.length > 0) {
    decoder = decoderFor(held, isStart, false, lines);
    yield* decoded(held, false);
  }
}

/**
 * Tells the encoding of a file by its mark or a part of it.
 *
 * @param isStart whether this is where the file begins
 * @param more whether it goes on after that, so that the last character may be cut
 * @param line number of the first line
 * @throws TableError when it is none of those that are read
 */
function decoderFor(sample: Buffer, isStart: boolean, more: boolean, line: number): TextDecoder {
  const lenient = (encoding: string) => new TextDecoder(encoding, { ignoreBOM: true });
  if (isStart && sample[0] === 0xff && sample[1] === 0xfe) return lenient('utf-16le');
  if (isStart && sample[0] === 0xfe && sample[1] === 0xff) return lenient('utf-16be');
  const isText = (encoding: string) => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: more });
      return true;
    } catch {
      return false;
    }
  };
  const hasMark = isStart && sample.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  if (hasMark || isText('utf-8')) return lenient('utf-8');
  if (isText('gb18030') && isChinese(sample)) return lenient('gb18030');
  const before = lenient('utf-8').decode(sample).split('\uFFFD')[0]!;
  const at = line + before.split('\n').length - 1;
  throw new TableError(
    `can't be read: line ${at} has characters in an encoding that is neither UTF-8 nor GB18030. Save the file as UTF-8.`,
  );
}

/**
 * Whether text in GB18030 reads as Chinese does: nearly all its characters are among the common ones of GB 2312. The
 * accented letters of other encodings give pairs of bytes beyond those, and so does Big5.
 */
function isChinese(bytes: Buffer): boolean {
  let common = 0;
  let rare = 0;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at]!;
    if (lead < 0x80) continue;
    const trail = bytes[at + 1] ?? 0;
    const isFourBytes = trail >= 0x30 && trail <= 0x39;
    if (!isFourBytes && lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1) common += 1;
    else rare += 1;
    at += isFourBytes ? 3 : 1;
  }
  return common >= 3 * rare;
}
