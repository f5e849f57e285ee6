import type { Money } from '../api/types';

/** Values of a form by field name; see `toBody`. */
export type Values = Record<string, unknown>;

/** A required text. */
export const textOf = (values: Values, name: string): string => maybeText(values, name) ?? '';

/** A text, or undefined if it is empty. */
export function maybeText(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The chosen values, or undefined if there are none. */
export function maybeTexts(values: Values, name: string): string[] | undefined {
  const value = values[name];
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

/** The amount of a `money` field. */
export function moneyOf(values: Values, name: string, currency: string): Money {
  const value = values[name];
  const amount = typeof value === 'object' && value !== null && 'amount' in value ? Number(value.amount) : 0;
  return { amount, currency };
}

/** Amounts by key, of a field that the page renders. */
export function countsOf(values: Values, name: string): [string, number][] {
  const value = values[name];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .map(([key, count]): [string, number] => [key, Number(count)])
    .filter(([, count]) => count > 0);
}
