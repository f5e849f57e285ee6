import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { CsvError, parse } from 'csv-parse';

/** Values of one row by column name. */
export type CsvFields = Readonly<Record<string, string | undefined>>;

/** A row of a table, numbered as in a spreadsheet; the header is row 1. */
export interface TableRow {
  readonly row: number;
  readonly fields: CsvFields;
  /** Why the values are unreliable. Such a row must be rejected. */
  readonly fault?: string;
}

/** An open file: header, and rows on demand. */
export interface Table {
  readonly header: readonly string[];
  /** @throws TableError when reading fails */
  readonly rows: AsyncGenerator<TableRow>;
}

/** The file is unreadable. The message continues after the name of the file: "cannot be read …". */
export class TableError extends Error {
  override name = 'TableError';
}

// More than any row has: limits the memory of an unclosed quote.
const MAX_RECORD_SIZE = 1_000_000;

/** Size of the sample to detect the encoding; it starts at the first chunk that is not ASCII. */
const SAMPLE_BYTES = 1_000_000;

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Reads an imported file: CSV in UTF-8, UTF-16 with a byte order mark, or GB18030 (which includes GBK and GB2312), with
 * comma, semicolon or tab as delimiter. Encoding and delimiter are detected. A row with the replacement character U+FFFD,
 * or with bytes that are not text, has a fault, so that no replacement character is imported.
 *
 * @param bytes the file, uncompressed
 * @throws TableError when it has no header, or another encoding
 */
export async function readTable(bytes: AsyncIterable<Uint8Array>): Promise<Table> {
  const text = textOf(bytes);
  const start = await firstRecord(text);
  const records = parse({
    delimiter: delimiterOf(start),
    // Both are checked row by row, so that one bad row does not end the import.
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD_SIZE,
  });
  // The parser forwards errors of earlier streams.
  pipeline(Readable.from(startingWith(start, text)), records).catch(() => undefined);
  const rows = numberedRecords(records);
  const first = await rows.next();
  if (first.done) throw new TableError('is empty.');
  const header = first.value.values.map((name) => name.trim());
  const fault = faultOf(header);
  if (fault !== undefined) throw new TableError(`cannot be read: the header ${fault}`);
  return { header, rows: rowsUnder(header, rows) };
}

async function* numberedRecords(records: Readable): AsyncGenerator<{ row: number; values: string[] }> {
  let row = 0;
  try {
    for await (const values of records as AsyncIterable<string[]>) {
      row += 1;
      // A blank line is not a row, but counts for the row number.
      if (values.length > 1 || values[0] !== '') yield { row, values };
    }
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw new TableError(`cannot be read after row ${row}: ${explain(error as Error)}`);
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
): AsyncGenerator<TableRow> {
  for await (const { row, values } of records) {
    const fields = Object.fromEntries(header.map((name, column) => [name, values[column]]));
    // Missing values at the end are checked by their columns; an extra value has shifted the others.
    const fits = values.slice(header.length).every((value) => value === '');
    const unreadable = faultOf(values);
    if (!fits)
      yield { row, fields, fault: `The row has ${values.length} values under ${header.length} columns.` };
    else if (unreadable !== undefined) yield { row, fields, fault: `The row ${unreadable}` };
    else yield { row, fields };
  }
}

/** Why values are not the original text, if so. */
function faultOf(values: readonly string[]): string | undefined {
  const whole = values.join('\n');
  if (whole.includes('\uFFFD')) {
    return 'has characters that were lost when the file was saved. Export it again, as UTF-8.';
  }
  if (whole.includes('\0'))
    return 'has NUL characters, as UTF-16 without a byte order mark has. Save the file as UTF-8.';
  return undefined;
}

/** The text to the end of its first line, and the rest of the last chunk read. */
async function firstRecord(text: AsyncGenerator<string>): Promise<string> {
  let start = '';
  while (lineEnd(start) === undefined && start.length < MAX_RECORD_SIZE) {
    const next = await text.next();
    if (next.done) break;
    start += next.value;
  }
  return start;
}

/** Index of the first line end outside quotes. */
function lineEnd(text: string): number | undefined {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === '\n' || character === '\r')) return at;
  }
  return undefined;
}

/** The most frequent delimiter in the header, outside quotes; a comma if there is none. */
function delimiterOf(text: string): string {
  const header = text.slice(0, lineEnd(text)).replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

async function* startingWith(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}

/** The bytes as text, without byte order mark. Undecodable bytes become U+FFFD. */
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
      // ASCII is the same in each of these encodings.
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
 * Detects the encoding of a file by its byte order mark or a sample.
 *
 * @param isStart whether the sample is the start of the file
 * @param more whether the file continues, so that the last character can be cut
 * @param line number of the first line of the sample
 * @throws TableError when it is another encoding
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
    `cannot be read: line ${at} has characters in an encoding that is neither UTF-8 nor GB18030. Save the file as UTF-8.`,
  );
}

/**
 * Whether text in GB18030 looks like Chinese: nearly all characters are in GB 2312. Accented letters of other encodings
 * and Big5 give pairs of bytes outside it.
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
