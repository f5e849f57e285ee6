/**
 * Money is a whole number of minor units (cents, 分) in an ISO 4217 currency. Every amount is a safe integer, so
 * plain numbers hold it exactly up to 90 trillion major units.
 */
export interface Money {
  amount: number;
  currency: string;
}

/** Thrown when an amount or an intermediate result is not a safe whole number of minor units. */
export class MoneyError extends Error {
  override name = 'MoneyError';
}

/**
 * Computes `amount × numerator ÷ denominator`, rounded half up, exactly.
 * @param amount minor units, not negative
 * @param numerator whole number, not negative
 * @param denominator whole number above zero
 * @returns minor units
 * @throws MoneyError when an argument or the result is not a safe whole number
 */
export function mulDivHalfUp(amount: number, numerator: number, denominator: number): number {
  if (!isAmount(amount) || !isAmount(numerator) || !isAmount(denominator) || denominator === 0) {
    throw new MoneyError(
      `cannot compute ${amount} × ${numerator} ÷ ${denominator}: whole numbers from 0 are required`,
    );
  }
  const product = amount * numerator;
  // Below this limit doubled products and sums are exact, which avoids big integers on nearly every line.
  if (product <= 2 ** 51 && denominator <= 2 ** 51) {
    const remainder = product % denominator;
    return (product - remainder) / denominator + (remainder * 2 >= denominator ? 1 : 0);
  }
  const exact = (2n * BigInt(amount) * BigInt(numerator) + BigInt(denominator)) / (2n * BigInt(denominator));
  const result = Number(exact);
  if (!Number.isSafeInteger(result))
    throw new MoneyError(`${amount} × ${numerator} ÷ ${denominator} is too large`);
  return result;
}

/** True for a safe whole number that is not negative. */
export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
