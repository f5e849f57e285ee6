import { type CheckResult, fail, pass } from './checkResult';
import { normaliseNumber } from './numberText';

const CHECK = 'unified_social_credit_code';
/** GB 32100-2015 table 1: digits and capitals without I, O, S, V and Z; the position is the value. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** GB 32100-2015 section 5: C18 = 31 − Σ Ci × 3^(i−1) mod 31, where 31 is written 0. */
function checkCharacter(body: string): string {
  let weight = 1;
  let sum = 0;
  for (const character of body) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/**
 * Checks the format and check character of a unified social credit code (统一社会信用代码), GB 32100-2015.
 * It does not check whether the code exists in the registry.
 *
 * @param code 18 characters; spaces, full-width and lower-case characters are normalised first
 * @returns codes `uscc_valid`, `uscc_length`, `uscc_character`, `uscc_check_character`
 */
export function checkUnifiedSocialCreditCode(code: string): CheckResult {
  const plain = normaliseNumber(code);
  if (plain.length !== 18) {
    return fail(
      CHECK,
      'uscc_length',
      `The code has ${plain.length} characters; a unified social credit code has 18. Enter all of them.`,
    );
  }
  const wrong = [...plain].findIndex((character) => !ALPHABET.includes(character));
  if (wrong >= 0) {
    return fail(
      CHECK,
      'uscc_character',
      `Character ${wrong + 1} is "${plain.charAt(wrong)}"; a code has digits and capital letters only, without I, O, S, V and Z. Compare it with the business licence.`,
    );
  }
  const expected = checkCharacter(plain.slice(0, 17));
  if (plain.charAt(17) !== expected) {
    return fail(
      CHECK,
      'uscc_check_character',
      `The last character is "${plain.charAt(17)}", but the first 17 characters require "${expected}". One character is mistyped; compare the code with the business licence.`,
    );
  }
  return pass(CHECK, 'uscc_valid', 'Format and check character are correct.');
}

/**
 * Completes a unified social credit code with its check character, for test and sample data.
 *
 * @param body17 the first 17 characters
 * @returns the code of 18 characters
 * @throws RangeError when the body is not 17 characters of the alphabet
 */
export function makeUnifiedSocialCreditCode(body17: string): string {
  if (body17.length !== 17 || [...body17].some((character) => !ALPHABET.includes(character))) {
    throw new RangeError(
      'A code body has 17 characters: digits and capital letters without I, O, S, V and Z',
    );
  }
  return body17 + checkCharacter(body17);
}
