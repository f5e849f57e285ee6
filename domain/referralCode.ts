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

const MAX_CODE_LENGTH = 64;

/**
 * Referral code of an order, as stored with the order. An order is never refused because of its code: blank means no
 * code, and a longer text than any code is cut off and marked.
 */
export function sentCode(text: string | null | undefined): string | undefined {
  const code = text?.trim();
  if (!code) return undefined;
  if (code.length <= MAX_CODE_LENGTH) return code;
  // A surrogate pair may be cut in half.
  return `${code.slice(0, MAX_CODE_LENGTH - 1).replace(/\p{Surrogate}/u, '')}…`;
}

/**
 * Normalises a typed referral code as stored: small letters become capitals, hyphens and spaces
 * are removed, and similar-looking letters become digits.
 */
export function normaliseReferralCode(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
}
