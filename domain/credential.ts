import { isCalendarDate } from './calendarDate';
import { type CheckResult, fail, pass } from './checkResult';
import { checkResidentIdentityNumber } from './residentIdentityNumber';
import { checkUnifiedSocialCreditCode } from './unifiedSocialCreditCode';

export { type BankAccountType, checkBankAccount, completeLuhn } from './bankAccount';
export type { CheckResult } from './checkResult';
export { mask, normaliseNumber } from './numberText';
export { checkPhone, normalisePhone } from './phone';
export {
  checkResidentIdentityNumber,
  type IdentityCheckResult,
  makeResidentIdentityNumber,
} from './residentIdentityNumber';
export { checkUnifiedSocialCreditCode, makeUnifiedSocialCreditCode } from './unifiedSocialCreditCode';

const CHECK = 'validity';

/** Validity of a credential, first and last day included. */
export interface ValidityPeriod {
  /** `YYYY-MM-DD` */
  readonly validFrom: string;
  /** `YYYY-MM-DD`, or `null` for a long-term (长期) credential, which does not expire. */
  readonly validUntil: string | null;
}

/**
 * Checks that a credential is valid on a day.
 *
 * @param period its validity, first and last day included
 * @param onDate `YYYY-MM-DD` in the brand's time zone
 * @returns codes `validity_valid`, `validity_date`, `validity_reversed`, `validity_not_started`,
 *   `validity_expired`
 * @throws RangeError when `onDate` is not a calendar date
 */
export function checkValidity({ validFrom, validUntil }: ValidityPeriod, onDate: string): CheckResult {
  if (!isCalendarDate(onDate))
    throw new RangeError(`onDate must be a date such as 2026-03-01, not ${onDate}`);
  const unreal = [validFrom, validUntil].find((date) => date !== null && !isCalendarDate(date));
  if (unreal !== undefined) {
    return fail(CHECK, 'validity_date', `"${unreal}" is not a calendar date. Use YYYY-MM-DD.`);
  }
  if (validUntil !== null && validUntil < validFrom) {
    return fail(
      CHECK,
      'validity_reversed',
      `The end date ${validUntil} is before the start date ${validFrom}. Correct the dates.`,
    );
  }
  if (onDate < validFrom) {
    return fail(
      CHECK,
      'validity_not_started',
      `The credential is valid only from ${validFrom}. Upload one that is valid today, or wait until then.`,
    );
  }
  if (validUntil !== null && validUntil < onDate) {
    return fail(
      CHECK,
      'validity_expired',
      `The credential expired after ${validUntil}. Renew it and upload the new one.`,
    );
  }
  return pass(
    CHECK,
    'validity_valid',
    validUntil === null
      ? 'The credential is valid long-term.'
      : `The credential is valid until ${validUntil}.`,
  );
}

/** Types of credentials whose number is the identity number of their holder, and how it is checked on a day. */
export const numberChecks: Partial<Record<string, (number: string, onDate: string) => CheckResult>> = {
  business_license: checkUnifiedSocialCreditCode,
  resident_identity_card: checkResidentIdentityNumber,
};
