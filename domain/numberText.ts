/**
 * Normalises a typed number: full-width characters become half-width, white space is removed,
 * letters become capitals.
 *
 * @param text typed or pasted text: `９１３５ 0100m…`
 */
export function normaliseNumber(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(/\s/g, '')
    .toUpperCase();
}

/**
 * Masks a sensitive number except its last four characters; completely if shorter than eight.
 * The last four of a resident identity number are sequence and check character, so no part of the birth date
 * is shown. With 15 characters the last three stay: a first-generation identity number has the birth date
 * up to its twelfth digit.
 *
 * @param number the whole number
 * @returns the same number of characters, the masked ones as `*`
 */
export function mask(number: string): string {
  // By whole characters: half of a surrogate pair cannot be stored.
  const plain = [...normaliseNumber(number)];
  const shown = plain.length < 8 ? 0 : plain.length === 15 ? 3 : 4;
  return '*'.repeat(plain.length - shown) + plain.slice(plain.length - shown).join('');
}
