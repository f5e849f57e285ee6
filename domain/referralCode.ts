/** Crockford's base 32: no I, L, O and U, so that a code survives being read aloud or copied by hand. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Random bytes that make one code. */
export const REFERRAL_CODE_BYTES = 5;

/**
 * Writes random bytes as a referral code of eight characters.
 * @param bytes {@link REFERRAL_CODE_BYTES} random bytes: forty bits, five a character
 */
export function referralCode(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  return Array.from({ length: 8 }, (_, at) =>
    ALPHABET.charAt(Number((bits >> BigInt(5 * (7 - at))) & 31n)),
  ).join('');
}

const LONGEST_TOLD = 64;

/**
 * The code that an order came with, as it is kept with the order. An order is never refused for its code: blank is no
 * code, and one that is too long for any code is kept by how it begins, marked as cut off.
 */
export function toldCode(text: string | null | undefined): string | undefined {
  const code = text?.trim();
  if (!code) return undefined;
  if (code.length <= LONGEST_TOLD) return code;
  // A character may have been cut in half.
  return `${code.slice(0, LONGEST_TOLD - 1).replace(/\p{Surrogate}/u, '')}…`;
}

/**
 * Brings a typed referral code into the form it is stored in: small letters become capitals, hyphens and spaces
 * go, and look-alikes are read as the digits they stand for.
 */
export function normaliseReferralCode(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
}
