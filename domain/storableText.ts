/**
 * A text from outside that a column or JSON document of the database can store: without NUL
 * characters and halves of surrogate pairs, and with limited length.
 * @param longest in UTF-16 units
 */
export function storableText(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
}
