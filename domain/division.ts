import table from './divisions.json';

/**
 * State of a division code of six digits at a date.
 * - `unknown_province`: no code of China starts with these two digits.
 * - `unknown`: no edition has the code. Divisions abolished before the first edition (December 2002) are unknown too.
 * - `not_yet`, `no_longer`: only later editions have the code, or only earlier ones.
 */
export type DivisionState = 'exists' | 'unknown_province' | 'unknown' | 'not_yet' | 'no_longer';

/** A code with one name. */
export interface Division {
  readonly code: string;
  readonly name: string;
  /** The last edition before the division existed, `YYYYMM`; unset if the first edition has it. */
  readonly notYetIn?: string;
  /** The first edition without the division again, `YYYYMM`; unset if the last edition has it. */
  readonly goneBy?: string;
}

const ROW = /^(\d{6}) (\S+)(?: (\d{6})?-(\d{6})?)?$/;

let divisions: Map<string, Division[]> | undefined;

/**
 * The divisions with a code of GB/T 2260, one entry for each name, the oldest first. The editions and their sources
 * are in divisions.json, which `npm run divisions` generates.
 *
 * @param code six digits
 */
export function divisionsOf(code: string): readonly Division[] {
  divisions ??= readTable();
  return divisions.get(code) ?? [];
}

function readTable(): Map<string, Division[]> {
  const { editions } = table;
  const found = new Map<string, Division[]>();
  for (const row of table.divisions) {
    const [, code = '', name = '', from, to] = ROW.exec(row) ?? [];
    const notYetIn = from === undefined ? undefined : editions[editions.indexOf(from) - 1];
    const goneBy = to === undefined ? undefined : editions[editions.indexOf(to) + 1];
    const division = { code, name, ...(notYetIn && { notYetIn }), ...(goneBy && { goneBy }) };
    found.set(code, [...(found.get(code) ?? []), division]);
  }
  return found;
}

/**
 * Whether a division can have existed at a date. Between two editions it can have existed if one of them has it.
 *
 * @param code six digits
 * @param date `YYYY-MM-DD`
 */
export function divisionState(code: string, date: string): DivisionState {
  if (divisionsOf(`${code.slice(0, 2)}0000`).length === 0) return 'unknown_province';
  const known = divisionsOf(code);
  if (known.length === 0) return 'unknown';
  // An edition states the divisions at the end of its month.
  const month = date.slice(0, 7).replace('-', '');
  const begun = known.filter(({ notYetIn }) => notYetIn === undefined || month > notYetIn);
  if (begun.length === 0) return 'not_yet';
  return begun.some(({ goneBy }) => goneBy === undefined || month <= goneBy) ? 'exists' : 'no_longer';
}
