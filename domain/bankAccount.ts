import { type CheckResult, fail, pass } from './checkResult';
import { normaliseNumber } from './numberText';

const CHECK = 'bank_account';

/** `card`: a bank card of a person. `corporate`: a settlement account of a company. */
export type BankAccountType = 'card' | 'corporate';

const LENGTHS = { card: { min: 16, max: 19 }, corporate: { min: 9, max: 32 } } as const;

/** ISO/IEC 7812-1 annex B: from the right every second digit doubled, nines cast out, summed. */
function luhnSum(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, position) => {
    const value = Number(digit) * (position % 2 === 1 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}

/**
 * Checks the format of an account number: only digits, 16 to 19 with a Luhn check digit (ISO/IEC 7812-1)
 * for a card, 9 to 32 without check digit for a corporate account.
 *
 * @param number the number; spaces and full-width digits are normalised first
 * @param type kind of account
 * @returns codes `bank_account_valid`, `bank_account_character`, `bank_account_length`,
 *   `bank_account_check_digit`
 */
export function checkBankAccount(number: string, type: BankAccountType): CheckResult {
  const plain = normaliseNumber(number);
  const { min, max } = LENGTHS[type];
  const name = type === 'card' ? 'card number' : 'corporate account number';
  if (!/^\d*$/.test(plain)) {
    return fail(
      CHECK,
      'bank_account_character',
      `A ${name} has digits only. Remove letters, hyphens and other characters.`,
    );
  }
  if (plain.length < min || plain.length > max) {
    return fail(
      CHECK,
      'bank_account_length',
      `The number has ${plain.length} digits; a ${name} has ${min} to ${max}. Enter all of them.`,
    );
  }
  if (type === 'card' && luhnSum(plain) % 10 !== 0) {
    return fail(
      CHECK,
      'bank_account_check_digit',
      'The check digit does not match the card number. One digit is mistyped; compare it with the card.',
    );
  }
  return pass(CHECK, 'bank_account_valid', `The ${name} has a valid format.`);
}

/**
 * Appends the Luhn check digit to a card number, for test and sample data.
 *
 * @param body all digits except the last
 * @returns the number with its check digit
 * @throws RangeError when the body has other characters than digits
 */
export function completeLuhn(body: string): string {
  if (!/^\d+$/.test(body)) throw new RangeError('A card number has digits only');
  return body + String((10 - (luhnSum(`${body}0`) % 10)) % 10);
}
