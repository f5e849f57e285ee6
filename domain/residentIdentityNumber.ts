import { ageInFullYears, isCalendarDate } from './calendarDate';
import { type CheckResult, fail, pass } from './checkResult';
import { type DivisionState, divisionState } from './division';
import { normaliseNumber } from './numberText';

const CHECK = 'resident_identity_number';
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';
/** Full capacity to act: Civil Code (民法典) articles 17 and 18. */
const ADULT_AGE = 18;

/** GB 11643-1999 section 3.4 (ISO 7064 MOD 11-2): the weighted sum mod 11 selects the character. */
function checkCharacter(body: string): string {
  const sum = WEIGHTS.reduce((total, weight, position) => total + weight * Number(body.charAt(position)), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

/** Messages for the region of a number, which is where the number was issued. */
const REGION_FAULTS: Record<Exclude<DivisionState, 'exists'>, (region: string) => string> = {
  unknown_province: (region) =>
    `The number starts with ${region.slice(0, 2)}, which is not a province. Compare the number with the card.`,
  unknown: (region) =>
    `The region ${region} is in no edition of the division codes since 2002. An older number can have it: compare the number with the card.`,
  not_yet: (region) =>
    `The region ${region} did not exist yet when the holder was born. A number issued later can have it: compare the number with the card.`,
  no_longer: (region) =>
    `The region ${region} no longer existed when the holder was born. Compare the number with the card.`,
};

/** Result of the check of a resident identity number; date and age only if the number has them. */
export interface IdentityCheckResult extends CheckResult {
  /** `YYYY-MM-DD`, if digits 7 to 14 are a calendar date. */
  readonly birthDate?: string;
  /** Full years on the day of the check, unless the birth date is after it. */
  readonly age?: number;
}

/**
 * Checks format, check character, birth date and region of a resident identity number (公民身份号码), GB 11643-1999,
 * and that the holder is an adult.
 * The age is computed by {@link ageInFullYears}. It does not check whether the number was issued.
 *
 * @param number 18 characters; spaces, full-width characters and a lower-case `x` are normalised first
 * @param onDate `YYYY-MM-DD` in the brand's time zone
 * @returns codes `identity_valid`, `identity_length`, `identity_character`, `identity_check_character`,
 *   `identity_birth_date`, `identity_birth_in_future`, `identity_under_age`,
 *   `identity_region_unknown_province`, `identity_region_unknown`, `identity_region_not_yet`, `identity_region_no_longer`
 * @throws RangeError when `onDate` is not a calendar date
 */
export function checkResidentIdentityNumber(number: string, onDate: string): IdentityCheckResult {
  if (!isCalendarDate(onDate))
    throw new RangeError(`onDate must be a date such as 2026-03-01, not ${onDate}`);
  const plain = normaliseNumber(number);
  if (plain.length !== 18) {
    return fail(
      CHECK,
      'identity_length',
      `The number has ${plain.length} characters; a resident identity number has 18. Enter all of them.`,
    );
  }
  const wrong = [...plain].findIndex((character, at) => !(at === 17 ? /[\dX]/ : /\d/).test(character));
  if (wrong >= 0) {
    return fail(
      CHECK,
      'identity_character',
      `Character ${wrong + 1} is "${plain.charAt(wrong)}"; a number has 17 digits, then a digit or X. Compare it with the card.`,
    );
  }
  const date = `${plain.slice(6, 10)}-${plain.slice(10, 12)}-${plain.slice(12, 14)}`;
  const birthDate = isCalendarDate(date) ? date : undefined;
  const age = birthDate && birthDate <= onDate ? ageInFullYears(birthDate, onDate) : undefined;
  const found = { ...(birthDate && { birthDate }), ...(age !== undefined && { age }) };
  const expected = checkCharacter(plain);
  if (plain.charAt(17) !== expected) {
    return {
      ...fail(
        CHECK,
        'identity_check_character',
        `The last character is "${plain.charAt(17)}", but the first 17 digits require "${expected}". One character is mistyped; compare the number with the card.`,
      ),
      ...found,
    };
  }
  if (birthDate === undefined) {
    return fail(
      CHECK,
      'identity_birth_date',
      `Digits 7 to 14 say ${date}, which is not a calendar date. Compare the number with the card.`,
    );
  }
  if (age === undefined) {
    return {
      ...fail(
        CHECK,
        'identity_birth_in_future',
        `The birth date ${birthDate} is after ${onDate}. Compare the number with the card.`,
      ),
      ...found,
    };
  }
  if (age < ADULT_AGE) {
    return {
      ...fail(
        CHECK,
        'identity_under_age',
        `The holder is ${age} on ${onDate}; applicants must be at least ${ADULT_AGE}.`,
      ),
      ...found,
    };
  }
  const region = plain.slice(0, 6);
  const state = divisionState(region, birthDate);
  if (state !== 'exists') {
    return { ...fail(CHECK, `identity_region_${state}`, REGION_FAULTS[state](region)), ...found };
  }
  return {
    ...pass(
      CHECK,
      'identity_valid',
      'Format, region and check character are correct; the holder is an adult.',
    ),
    ...found,
  };
}

/**
 * Creates a resident identity number with its check character, for test and sample data.
 *
 * @param region6 six digits of the administrative division
 * @param birthDate `YYYY-MM-DD`
 * @param sequence3 three digits; odd ones mean a man, even ones a woman
 * @returns the number of 18 characters
 * @throws RangeError when a part has another format
 */
export function makeResidentIdentityNumber(region6: string, birthDate: string, sequence3: string): string {
  if (!/^\d{6}$/.test(region6) || !isCalendarDate(birthDate) || !/^\d{3}$/.test(sequence3)) {
    throw new RangeError('Give a region of 6 digits, a birth date YYYY-MM-DD and a sequence of 3 digits');
  }
  const body = region6 + birthDate.replaceAll('-', '') + sequence3;
  return body + checkCharacter(body);
}
