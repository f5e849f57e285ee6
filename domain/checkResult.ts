/** What one automatic check of a credential, account or phone number found. */
export interface CheckResult {
  /** Which check this is: `unified_social_credit_code`, `resident_identity_number`, `validity`, … */
  readonly check: string;
  readonly passed: boolean;
  /** An English sentence that names the fault and what to do about it. */
  readonly reason: string;
  /** Stable machine code, such as `uscc_check_character`; programs and translations rely on it. */
  readonly code: string;
}

/** Makes a passed result. */
export function pass(check: string, code: string, reason: string): CheckResult {
  return { check, passed: true, reason, code };
}

/** Makes a failed result. */
export function fail(check: string, code: string, reason: string): CheckResult {
  return { check, passed: false, reason, code };
}
