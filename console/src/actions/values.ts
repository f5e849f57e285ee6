import type { Money } from '../api/types';

/** What a form holds, by the names of its fields; see `toBody`. */
type Values = Record<string, unknown>;

/** A text that the form requires. */
export const textOf = (values: Values, name: string): string => maybeText(values, name) ?? '';

/** A text, or undefined where it was left empty. */
export function maybeText(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What was chosen of a list, or undefined where nothing was. */
export function maybeTexts(values: Values, name: string): string[] | undefined {
  const value = values[name];
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

/** An amount of a field of the kind `money`. */
export function moneyOf(values: Values, name: string, currency: string): Money {
  const value = values[name];
  const amount = typeof value === 'object' && value !== null && 'amount' in value ? Number(value.amount) : 0;
  return { amount, currency };
}

/** Amounts by what they belong to, of a field that a page draws itself. */
export function countsOf(values: Values, name: string): [string, number][] {
  const value = values[name];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .map(([key, count]): [string, number] => [key, Number(count)])
    .filter(([, count]) => count > 0);
}
