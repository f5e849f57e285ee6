/** OWASP, CSV Injection: with their full-width forms, which spreadsheets in Chinese and Japanese take for the same. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/** A text as a cell of a CSV file that a spreadsheet does not run as a formula. */
export function harmlessCell(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

/**
 * A number of many digits as a cell of a CSV file. A spreadsheet takes digits for a number, quoted or not, and keeps 15
 * of them; with a tab behind them they are a text, also when the sheet is saved and opened again.
 */
export function digitsCell(digits: string): string {
  return `${digits}\t`;
}
