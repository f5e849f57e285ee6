/** Result of one automatic check of a credential, account or phone number. */
export interface CheckResult {
  /** Name of the check: `unified_social_credit_code`, `resident_identity_number`, `validity`, … */
  readonly check: string;
  readonly passed: boolean;
  /** An English sentence with the problem and how to fix it. */
  readonly reason: string;
  /** Stable machine code, such as `uscc_check_character`; programs and translations rely on it. */
  readonly code: string;
}

/** Creates a passed result. */
export function pass(check: string, code: string, reason: string): CheckResult {
  return { check, passed: true, reason, code };
}

/** Creates a failed result. */
export function fail(check: string, code: string, reason: string): CheckResult {
  return { check, passed: false, reason, code };
}
