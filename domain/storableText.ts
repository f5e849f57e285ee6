/**
 * A text from outside that a column or JSON document of the database can store: without NUL
 * characters and halves of surrogate pairs, and with limited length.
 * @param longest in UTF-16 units
 */
export function storableText(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
}

/** Control characters, line separators, and bidirectional formatting characters. */
export const NOT_IN_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/**
 * A text from outside as one line that people read, in mails too.
 * @param longest in UTF-16 units
 */
export function oneLine(text: string, longest: number): string {
  return storableText(text, longest).replace(new RegExp(NOT_IN_A_LINE, 'gu'), ' ');
}
