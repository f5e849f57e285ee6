/**
 * A text that somebody outside has made up, as a column or a JSON document of the database can keep it: without NUL
 * characters and halves of surrogate pairs, which it refuses, and not longer than anybody reads.
 * @param longest in UTF-16 units
 */
export function storableText(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
}
