import { type CheckResult, fail, pass } from './checkResult';
import { normaliseNumber } from './numberText';

const CHECK = 'phone';
const MAINLAND_MOBILE = /^1[3-9]\d{9}$/;

/**
 * Normalises a phone number to E.164 if possible: full-width characters, spaces, hyphens, dots and brackets are
 * cleaned up, `00` becomes `+`, and an 11-digit mainland China mobile number gets `+86`.
 *
 * @param text typed text: `138 0013 8000`, `0086-13800138000`, `+44 20 7946 0958`
 * @returns `+` and digits; other texts are returned cleaned up, and {@link checkPhone} refuses them
 */
export function normalisePhone(text: string): string {
  const plain = normaliseNumber(text)
    .replace(/[-.()]/g, '')
    .replace(/^00/, '+');
  const national = plain.replace(/^86(?=1\d{10}$)/, '');
  return MAINLAND_MOBILE.test(national) ? `+86${national}` : plain;
}

/**
 * Checks a phone number: an 11-digit mobile number in mainland China (+86), otherwise the format of ITU-T
 * E.164: `+`, country code and number, max 15 digits in total.
 *
 * @param text the number as typed; it is normalised by {@link normalisePhone} first
 * @returns codes `phone_valid`, `phone_mainland_mobile`, `phone_e164`
 */
export function checkPhone(text: string): CheckResult {
  const number = normalisePhone(text);
  if (number.startsWith('+86')) {
    return MAINLAND_MOBILE.test(number.slice(3))
      ? pass(CHECK, 'phone_valid', 'The number is a mainland China mobile number.')
      : fail(
          CHECK,
          'phone_mainland_mobile',
          'A mainland China mobile number has 11 digits and starts with 13 to 19. Correct the number.',
        );
  }
  return /^\+[1-9]\d{6,14}$/.test(number)
    ? pass(CHECK, 'phone_valid', 'The number has a valid international format.')
    : fail(
        CHECK,
        'phone_e164',
        'This is neither an 11-digit mainland China mobile number nor an international number. Enter + followed by country code and number, max 15 digits in total.',
      );
}
