/**
 * Every code with which the platform refuses, and what it means: the refusals of processes, the results of bulk
 * actions and the problems of the API are all of these. Codes are stable; docs/refusals.md lists them.
 *
 * `<kind>_not_found`: there is none. `<kind>_decided`: a decision stands, and is final. `<kind>_state`: its present
 * state does not allow this. `<kind>_differs`: its id is known with other content. `<value>_taken`: another one has
 * that value.
 */
export const refusals = {
  // What is asked for is not there
  not_found: 'What the request names does not exist, or belongs to somebody else.',
  application_not_found: 'There is no such application.',
  commission_not_found: 'There is no such commission.',
  distributor_not_found: 'There is no such distributor.',
  line_not_found: 'The order has no such line.',
  order_not_found: 'There is no such order yet.',
  payout_not_found: 'There is no such payout batch.',
  release_not_found: 'There is no such release run.',
  return_not_found: 'The order has no such return yet.',
  user_not_found: 'There is no such user.',
  withdrawal_not_found: 'There is no such withdrawal.',

  // A decision stands
  application_decided: 'The application is approved, rejected or withdrawn; that is final.',
  payout_decided: 'The payout batch is settled; that is final.',
  release_decided: 'The release run is approved or rejected; that is final.',
  return_decided: 'The return is refunded or rejected; that is final.',
  withdrawal_decided: 'The withdrawal is past the point at which this could be decided.',

  // The present state does not allow it
  application_state: 'The state of the application does not allow this step.',
  distributor_not_active: 'Only an active distributor can be paid.',
  payouts_restricted: 'A restriction keeps payouts of the distributor back.',
  distributor_state: 'The state of the distributor does not allow this change.',
  mail_state: 'Only an undeliverable mail can be sent again.',
  withdrawal_state: 'Only a paid withdrawal can be sent back by the bank.',
  commission_settled: 'The commission is released or reversed: nothing is left to keep back.',
  already_on_hold: 'The commission is on hold for this reason.',
  not_on_hold: 'The commission is not on hold for this reason.',
  order_closed: 'The order is closed: only returns can follow.',
  import_finished: 'The import is finished; it takes no more rows.',
  mail_link_over: 'The one-time link in the mail was used or has expired. Make a new one.',
  plan_acknowledged: 'The third level of the plan is acknowledged already.',
  plan_activated: 'The plan is activated; plans in force do not change.',
  user_disabled: 'The user is disabled. Enable the user first.',

  // The id is known with other content
  application_differs: 'The id belongs to an application with other content.',
  order_differs: 'The order number is known with other content. Send changes as events: cancel, returns.',
  return_differs: 'The return is known with other lines or another time.',
  idempotency_key_reused:
    'The Idempotency-Key was used for a different request. Use a new one for each intent.',
  key_already_made: 'The request was answered before, and a key is shown only once. Make another.',

  // Another one has it
  already_blacklisted: 'The number is on the blacklist.',
  effective_from_taken: 'Another plan takes effect at this very moment.',
  email_taken: 'Another user has this mail address.',
  identity_number_taken: 'Another distributor has this identity number.',
  shop_customer_taken: 'Another distributor has this customer account of the shop.',
  view_name_taken: 'Another view of yours has this name.',

  // Applications
  blacklisted: 'A number of the applicant is on the blacklist. Remove the entry first, or reject.',
  claimed_by_another: 'A colleague works on this application.',
  deadline_passed: 'The deadline lies in the past.',
  note_required: 'A check failed: a note has to say why the application is approved all the same.',

  // Orders and returns
  already_delivered: 'The line was delivered before; the first delivery counts.',
  event_before_payment: 'The event has an earlier time than the payment of the order.',
  line_canceled: 'The line was canceled and cannot be delivered.',
  line_repeated: 'A line is named twice: add the quantities.',
  no_plan_in_force: 'No commission plan is active.',
  quantity_exceeded: 'The line has fewer units left to return.',
  resolved_before_requested: 'The decision about the return has an earlier time than its request.',
  return_exists: 'The line has a return: finish that in place of canceling.',

  // Money
  below_minimum: 'The amount is below the smallest withdrawal.',
  currency_unknown: 'The distributor has never earned anything in this currency.',
  insufficient_available: 'The distributor has less than that available.',
  no_bank_account: 'The distributor has no bank account on record.',
  not_in_batch: 'The withdrawal is not in this payout batch.',
  nothing_to_pay: 'No approved withdrawal in this currency waits for a payout file.',
  nothing_to_release: 'No commission that can be released was found.',
  own_withdrawal: 'You cannot decide about your own withdrawal.',
  second_person_needed: 'Two people are needed and you are one of them: another person has to confirm it.',

  // Commission plans
  acknowledgement_missing:
    'A plan with three levels needs the acknowledgement of a compliance officer first.',
  acknowledgement_not_needed: 'Only a plan with three levels is acknowledged.',
  effective_from_past: 'A plan cannot take effect in the past.',

  // Notes and lists
  mention_not_possible: 'A person who is mentioned cannot read this.',
  not_your_note: 'Only the author can retract a note.',

  // Users, keys and signing in
  authentication_required:
    'The request has neither an API key ("Authorization: Bearer <key>") nor the cookie of a person who is signed in.',
  code_not_right: 'The code does not fit. Codes change every 30 seconds.',
  code_required: 'The password is right; the code of the second factor, or a recovery code, is needed too.',
  csrf_refused:
    'A request with the cookie of a session that changes something needs the header "X-Tributary-Console: 1" and has to come from the console itself.',
  expiry_past: 'The key would have expired already.',
  key_not_valid: 'The API key is unknown, expired or revoked, or its user is disabled.',
  last_admin: 'This is the last admin who can sign in.',
  link_not_valid: 'The link was used, replaced by a newer one, or is too old. Ask for a new one.',
  own_account: 'You cannot change your own role or disable your own account.',
  password_contains_address: 'The password contains the mail address. Choose one that does not.',
  password_not_set: 'The user signs in without a password.',
  password_too_common: 'This password is among the first that guessers try. Choose another.',
  password_too_short: 'A password has at least 12 characters. A few words in a row do well.',
  right_ended: 'The person who started the bulk action may not do this any more.',
  role_not_allowed: "The role of the key's user may not do this. The detail names the roles that may.",
  scope_missing: 'The key lacks the scope for this. Ask an admin for a key that has it.',
  scope_not_for_role: 'The role of the user does not have all of these scopes.',
  second_factor_not_begun: 'Begin to set up the second factor first.',
  second_factor_off: 'The second factor is off.',
  second_factor_on: 'The second factor is on.',
  session_ended:
    'The session is over, because of sign-out, time, another role or a disabled user. Sign in again.',
  session_required: 'Only a person who is signed in can do this, not an API key.',
  sign_in_refused: 'The mail address, the password or the code is not right, or the user is disabled.',
  too_many_attempts: 'Too many attempts to sign in have failed. Wait as many seconds as Retry-After says.',
  too_many_mails:
    'Enough mails were asked for, for this mail address or from this place. Look for them; Retry-After says when to ask again.',
  user_of_distributor: "A distributor's user keeps that role.",

  // The request itself
  body_not_json: 'The body is not well-formed JSON.',
  body_not_valid: 'Fields of the body are missing, unknown or not acceptable; errors lists each.',
  body_too_large: 'The body is larger than this server takes (API_BODY_LIMIT).',
  content_type_not_supported: 'Send the body as UTF-8 JSON, with "Content-Type: application/json".',
  idempotency_key_not_valid: 'An Idempotency-Key has 1 to 255 printable ASCII characters.',
  method_not_allowed: 'The address exists, but not for this method. The Allow header names those that do.',
  query_not_valid: 'Parameters after the "?" are unknown or not acceptable; errors lists each.',
  request_malformed: 'The request could not be read, as with a broken percent-encoding.',
  too_many_requests: 'The rate limit is reached. Wait as many seconds as the Retry-After header says.',
  value_not_storable: 'A value has a form or size that can not be stored.',

  // The server
  console_not_built: 'The console was not built: run "npm run build:console".',
  internal_error: 'A fault of the server. The request id leads to it in the logs.',
  number_not_kept: 'The number was erased when its time was over.',
  seal_not_readable:
    'What is kept encrypted can not be read: its key is missing in FIELD_KEYS, or is another one than then. Whoever runs the server has to put it back.',
  temporarily_unavailable:
    'A server behind this one is away or busy. Try again with the same Idempotency-Key.',
} as const satisfies Record<string, string>;

export type RefusalCode = keyof typeof refusals;

/** What a code was called until version 0.1: clients of before look for it. */
export const codesOfBefore: Partial<Record<RefusalCode, readonly string[]>> = {
  application_differs: ['application_id_taken'],
  commission_not_found: ['commission_unknown'],
  distributor_not_found: ['distributor_unknown'],
  line_not_found: ['line_unknown'],
  mail_state: ['mail_not_undeliverable'],
  order_not_found: ['order_unknown'],
  payout_decided: ['payout_batch_settled'],
  payout_not_found: ['payout_batch_unknown'],
  release_decided: ['release_run_decided'],
  release_not_found: ['release_run_unknown'],
  return_not_found: ['return_unknown'],
  second_person_needed: ['already_approved_by_you', 'already_reported_by_you'],
  user_not_found: ['user_unknown'],
  withdrawal_not_found: ['withdrawal_unknown'],
  withdrawal_state: ['withdrawal_not_paid'],
};
