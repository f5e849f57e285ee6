/** OWASP, CSV Injection; with the full-width forms, which Chinese and Japanese spreadsheets treat alike. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/** A text as a CSV cell that a spreadsheet does not run as a formula. */
export function harmlessCell(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

/**
 * A number of many digits as a CSV cell. A spreadsheet reads digits as a number, quoted or not, and keeps 15 of them.
 * With a tab after them they are text, also after the sheet is saved and opened again.
 */
export function digitsCell(digits: string): string {
  return `${digits}\t`;
}
