/**
 * An exact decimal amount of money: a whole number of 10^-5 of a major unit, so `255000n` is 2.55.
 * Shop exports contain prices below a minor unit (0.001), and sums over them must be exact.
 */
export type ScaledAmount = bigint;

const SCALE_DIGITS = 5;
const DECIMAL = /^([+-]?)(\d{1,11})(?:\.(\d+))?$/;

/** Currencies of ISO 4217 list one whose minor unit is not a hundredth; all others have two digits. */
const MINOR_UNIT_DIGITS = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

/**
 * Reads a decimal number such as `2.55`, `-0.001` or `12` without floating point.
 *
 * @param text plain decimal notation in major units; max eleven digits before the point, so that it is a
 *   safe integer of minor units in every currency
 * @returns the amount, or `undefined` if the text is not such a number or needs more than five decimals
 */
export function parseScaled(text: string): ScaledAmount | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > SCALE_DIGITS) return undefined;
  const magnitude = BigInt(`${whole}${digits.padEnd(SCALE_DIGITS, '0')}`);
  return sign === '-' ? -magnitude : magnitude;
}

/**
 * Formats an amount in major units, with two decimals or as many as needed: `2.50`, `-0.001`.
 *
 * @param amount any scaled amount
 */
export function formatScaled(amount: ScaledAmount): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(SCALE_DIGITS + 1, '0');
  const fraction = digits.slice(-SCALE_DIGITS).replace(/0{1,3}$/, '');
  return `${sign}${digits.slice(0, -SCALE_DIGITS)}.${fraction}`;
}

/**
 * One minor unit of a currency as a scaled amount: `1000n` (0.01) for GBP, `100000n` (1) for JPY.
 *
 * @param currency ISO 4217 code
 */
export function minorUnit(currency: string): ScaledAmount {
  return 10n ** BigInt(SCALE_DIGITS - (MINOR_UNIT_DIGITS.get(currency) ?? 2));
}

/**
 * The amount in integer minor units.
 *
 * @param amount scaled amount
 * @param currency ISO 4217 code
 * @returns `undefined` if the amount is not a whole number of minor units, or not a safe integer
 */
export function toMinorUnits(amount: ScaledAmount, currency: string): number | undefined {
  const unit = minorUnit(currency);
  const minor = Number(amount / unit);
  return amount % unit === 0n && Number.isSafeInteger(minor) ? minor : undefined;
}

/**
 * The scaled amount of integer minor units.
 *
 * @param minor minor units, a safe integer
 * @param currency ISO 4217 code
 */
export function fromMinorUnits(minor: number, currency: string): ScaledAmount {
  return BigInt(minor) * minorUnit(currency);
}
