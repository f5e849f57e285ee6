import { majorUnits } from '../../domain/payout';
import { digitsCell, harmlessCell } from '../../domain/spreadsheet';
import { regionName } from '../../domain/words/regions';
import { inLanguage, type Language, type Text } from '../../domain/words/text';
import { clockTime } from '../../domain/zonedTime';

/** How a file for people is written. */
export interface Reading {
  language: Language;
  /** IANA zone of its times. */
  zone: string;
}

/** One cell: a number, or a text that is safe in a spreadsheet. */
type Cell = string | number;

/** A column of the file for people: how a field of an entry is shown, with the name it has on the screen. */
export interface Column<Value> {
  title: Text;
  /** Whether its values have a currency, which then has a column of its own. */
  isMoney?: boolean;
  cell: (value: Value, reading: Reading, item: Record<string, unknown>) => Cell;
}

/** A column of a field with few known values, each of which has a name. */
interface NamedColumn<Value extends string> extends Column<Value> {
  names: Readonly<Record<Value, Text>>;
}

type ColumnOf<Value> = [Value] extends [string]
  ? string extends Value
    ? Column<Value>
    : NamedColumn<Value>
  : Column<Value>;

/**
 * The columns of a list, in order, by field; null for a field that people are not shown, such as an ID beside a name.
 * A field with known values takes nothing but a column that has a name for each.
 */
export type Columns<Item> = {
  [Field in keyof Item]-?:
    | ColumnOf<NonNullable<Item[Field]>>
    | readonly Column<NonNullable<Item[Field]>>[]
    | null;
};

/** A text as people wrote it, or a number. Long numbers stay whole in a spreadsheet. */
export const text = (title: Text): Column<string | number> => ({
  title,
  cell: (value) => (typeof value === 'number' ? value : textCell(value)),
});

/** A state, a reason, or anything else with known values. */
export const named = <Value extends string>(
  title: Text,
  names: Readonly<Record<Value, Text>>,
): NamedColumn<Value> => ({
  title,
  names,
  cell: (value, { language }) => inLanguage(names[value], language),
});

/** One or more values that mostly have a name; others are shown as they are. */
export const mostlyNamed = (
  title: Text,
  names: Readonly<Record<string, Text>>,
): Column<string | string[]> => ({
  title,
  cell: (value, { language }) =>
    textCell(
      [value]
        .flat()
        .map((code) => (names[code] ? inLanguage(names[code], language) : code))
        .join(inLanguage({ zh: '、', en: ', ' }, language)),
    ),
});

export const region = (title: Text): Column<string> => ({
  title,
  cell: (value, { language }) => textCell(regionName(value, language)),
});

/** A moment, on the clock of the brand's zone. */
export const time = (title: Text): Column<string> => ({
  title,
  cell: (value, { zone }) => clockTime(new Date(value).getTime(), zone),
});

/** A calendar day, the same in each zone. */
export const day = (title: Text): Column<string> => ({ title, cell: (value) => value });

/** An amount in major units, which a spreadsheet can add up. */
export const money = (title: Text): Column<{ amount: number; currency: string }> => ({
  title,
  isMoney: true,
  cell: majorUnits,
});

/** Amounts in several currencies. */
export const monies = (title: Text): Column<{ amount: number; currency: string }[]> => ({
  title,
  cell: (value) => value.map((one) => `${one.currency} ${majorUnits(one)}`).join(' + '),
});

/** Minor units of the currency in another field of the entry. */
export const amount = (title: Text): Column<number> => ({
  title,
  cell: (value, _, { currency }) => majorUnits({ amount: value, currency: String(currency) }),
});

export const yesNo = (title: Text): Column<boolean> => ({
  title,
  cell: (value, { language }) =>
    inLanguage(value ? { zh: '是', en: 'Yes' } : { zh: '否', en: 'No' }, language),
});

/** What a field shows is put together. */
export const shown = <Value>(
  title: Text,
  write: (value: Value, reading: Reading, item: Record<string, unknown>) => string | number,
): Column<Value> => ({
  title,
  cell: (value, reading, item) => {
    const written = write(value, reading, item);
    return typeof written === 'number' ? written : textCell(written);
  },
});

/** A spreadsheet would show 12 digits as 1.23E+11, and drop leading zeros. */
const DIGITS_TO_KEEP = /^(0\d+|\d{12,})$/;

function textCell(value: string): string {
  return DIGITS_TO_KEEP.test(value) ? digitsCell(value) : harmlessCell(value);
}

const CURRENCY: Text = { zh: '币种', en: 'Currency' };

/** A column without its field: the title, and what an entry shows there. */
export interface ReadableColumn {
  title: string;
  cell: (item: Record<string, unknown>) => Cell;
}

/** The columns of a file for people. */
export function readableColumns(
  columns: Columns<Record<string, unknown>>,
  reading: Reading,
): ReadableColumn[] {
  const fields = Object.entries(columns).flatMap(([field, some]) =>
    [some ?? []].flat().map((column) => ({ field, column: column as Column<unknown> })),
  );
  const monies = fields.filter(({ column }) => column.isMoney).map(({ field }) => field);
  return fields.flatMap(({ field, column }) => [
    {
      title: inLanguage(column.title, reading.language),
      cell: (item) => {
        const value = item[field];
        return value === null || value === undefined ? '' : column.cell(value, reading, item);
      },
    },
    // Once, after the first: the amounts of an entry are in one currency.
    ...(field === monies[0] && !('currency' in columns)
      ? [
          {
            title: inLanguage(CURRENCY, reading.language),
            cell: (item: Record<string, unknown>) => {
              const found = monies.map((name) => item[name]).find(Boolean);
              return found ? (found as { currency: string }).currency : '';
            },
          },
        ]
      : []),
  ]);
}
