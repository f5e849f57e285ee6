/**
 * Brings a typed number into its plain form: full-width characters become half-width, white space goes,
 * letters become capitals.
 *
 * @param text what somebody typed or pasted: `９１３５ 0100m…`
 */
export function normaliseNumber(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(/\s/g, '')
    .toUpperCase();
}

/**
 * Hides a sensitive number but its last four characters; of one shorter than eight, everything.
 * The last four of a resident identity number are sequence and check character, so no part of the birth date
 * shows. Of 15 characters the last three stay: an identity number of the first generation has the birth date
 * up to its twelfth digit.
 *
 * @param number the whole number
 * @returns as many characters, the hidden ones as `*`
 */
export function mask(number: string): string {
  // By whole characters: half of one from beyond the basic plane could be stored nowhere.
  const plain = [...normaliseNumber(number)];
  const shown = plain.length < 8 ? 0 : plain.length === 15 ? 3 : 4;
  return '*'.repeat(plain.length - shown) + plain.slice(plain.length - shown).join('');
}
