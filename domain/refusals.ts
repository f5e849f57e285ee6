/**
 * Every refusal code with its meaning: refusals of processes, results of bulk actions and problems of the API. Codes
 * are stable; docs/refusals.md lists them.
 *
 * `<kind>_not_found`: it does not exist. `<kind>_decided`: already decided, and final. `<kind>_state`: its current
 * state does not allow this. `<kind>_differs`: its ID exists with different content. `<value>_taken`: the value is
 * already in use.
 */
export const refusals = {
  // The resource does not exist
  not_found: 'The requested resource does not exist, or belongs to another user.',
  account_change_not_found: 'The account change does not exist.',
  application_not_found: 'The application does not exist.',
  bulk_not_found: 'The bulk action does not exist.',
  commission_not_found: 'The commission does not exist.',
  credential_not_found: 'The credential does not exist.',
  distributor_not_found: 'The distributor does not exist.',
  document_not_found: 'The document does not exist, or belongs to another applicant or distributor.',
  line_not_found: 'The order has no such line.',
  order_not_found: 'The order does not exist yet.',
  payout_not_found: 'The payout batch does not exist.',
  release_not_found: 'The release run does not exist.',
  renewal_not_found: 'The credential has no such renewal.',
  return_not_found: 'The order has no such return yet.',
  user_not_found: 'The user does not exist.',
  withdrawal_not_found: 'The withdrawal does not exist.',

  // Already decided
  account_change_decided:
    'The account change is already approved, confirmed, in effect, rejected or canceled; it cannot be decided again.',
  application_decided: 'The application is already approved, rejected or withdrawn; the decision is final.',
  payout_decided: 'The payout batch is already settled; this is final.',
  release_decided: 'The release run is already approved or rejected; the decision is final.',
  renewal_decided: 'The renewal is already accepted or refused; the decision is final.',
  return_decided: 'The return is already refunded or rejected; the decision is final.',
  withdrawal_decided: 'The withdrawal has passed the step in which this can be decided.',

  // The current state does not allow it
  account_change_state: 'The state of the account change does not allow this step.',
  application_state: 'The state of the application does not allow this step.',
  renewal_under_review: 'A renewal of the credential is already under review.',
  distributor_not_active: 'Only an active distributor can be paid.',
  payout_file_not_fetched: 'The payout file was not downloaded yet, so the bank cannot have paid it.',
  payouts_restricted: 'Payouts to the distributor are restricted.',
  distributor_state: 'The state of the distributor does not allow this change.',
  mail_state: 'Only an undeliverable email can be resent.',
  withdrawal_state: 'Only a paid withdrawal can be returned by the bank.',
  commission_settled: 'The commission is already released or reversed and cannot be put on hold.',
  commission_not_accrued:
    'The commission was not accrued because of a restriction, so there is nothing to put on hold.',
  already_on_hold: 'The commission is already on hold for this reason.',
  not_on_hold: 'The commission is not on hold for this reason.',
  order_closed: 'The order is closed; only returns are possible.',
  import_not_running: 'The header X-Tributary-Import names no import that you have begun and not finished.',
  import_finished: 'The import is finished and accepts no more rows.',
  mail_link_over: 'The one-time link in the email was used or has expired. Create a new one.',
  policy_activated: 'The version of the policy is already activated; active versions cannot be changed.',
  approval_missing: 'A second person must approve the version of the policy first.',
  plan_acknowledged: 'The third level of the plan is already acknowledged.',
  plan_activated: 'The plan is already activated; active plans cannot be changed.',
  user_disabled: 'The user is disabled. Enable the user first.',

  // The ID exists with different content
  application_differs: 'The ID belongs to an application with different content.',
  document_differs: 'The Idempotency-Key was used to upload another file.',
  order_differs: 'The order exists with different content. Send changes as events: cancel, returns.',
  return_differs: 'The return exists with different lines or a different time.',
  idempotency_key_reused:
    'The Idempotency-Key was used for a different request. Use a new key for each new request.',
  key_already_made: 'The key was already created, and it is shown only once. Create another one.',

  // The value is already in use
  already_blacklisted: 'The number is already on the blacklist.',
  effective_from_taken: 'Another version takes effect at the same time.',
  email_taken: 'Another user has this email address.',
  identity_number_taken: 'Another distributor has this identity number.',
  shop_customer_taken: 'Another distributor has this customer account of the shop.',
  view_name_taken: 'Another of your views has this name.',

  // Applications
  blacklisted: 'A number of the applicant is on the blacklist. Remove the entry first, or reject.',
  claimed_by_another: 'A colleague has claimed this application.',
  deadline_passed: 'The deadline is in the past.',
  note_required: 'A check failed; a note must explain why it is approved or accepted anyway.',

  // Distributors
  until_past: 'The end of the suspension is in the past.',

  // Documents
  document_ambiguous:
    'The file can be opened as more than one type, or has something behind its end. Save it again as a plain PDF, JPEG or PNG.',
  document_attached: 'The document belongs to another applicant or distributor. Upload the file once more.',
  document_damaged: 'The file cannot be opened. Check it and send it again.',
  document_empty: 'The file has 0 bytes.',
  document_encrypted: 'The PDF is protected. Save it without a password and without restrictions.',
  document_too_complex:
    'Opening the file takes too much time or memory. Print it to a new PDF, or send photos.',
  document_too_large: 'The file is larger than 20 MB.',
  document_too_many_pages: 'The PDF has too many pages. Send only the pages that matter.',
  document_too_many_pixels: 'The image has too many pixels. Send a smaller one.',
  document_type: 'The file is not a PDF, JPEG or PNG, whatever its name says.',
  length_required: 'A file is sent as the body of the request with its Content-Length.',
  too_many_documents: 'There are too many documents. Combine pages into one PDF.',

  // Account changes
  account_change_open:
    'The distributor has an open change of the same data. Cancel it before you request another.',
  account_unchanged: 'The distributor has this value already.',
  address_link_not_valid:
    'The link to confirm the address is incomplete or is not the one that was sent. Open it from the email again.',

  // Orders and returns
  already_delivered: 'The line was already delivered; the first delivery counts.',
  event_before_payment: 'The event is earlier than the payment of the order.',
  line_canceled: 'The line is canceled and cannot be delivered.',
  line_repeated: 'A line is listed twice; add up the quantities.',
  no_plan_in_force: 'No commission plan is active.',
  quantity_exceeded: 'The line has fewer units left to return.',
  resolved_before_requested: 'The decision on the return is earlier than its request.',
  return_exists: 'The line has a return; complete the return instead of canceling.',

  // Money
  below_minimum: 'The amount is below the minimum withdrawal.',
  currency_unknown: 'The distributor has no balance in this currency.',
  insufficient_available: 'The available balance of the distributor is too low.',
  figures_changed:
    'The count or total is no longer what the caller expected. Check the new figures and confirm again.',
  no_bank_account: 'The distributor has no payout account on record.',
  not_in_batch: 'The withdrawal is not in this payout batch.',
  nothing_to_pay: 'No approved withdrawal in this currency is waiting for a payout file.',
  nothing_to_release: 'No releasable commission was found.',
  own_withdrawal: 'You cannot decide on your own withdrawal.',
  second_person_needed:
    'Two people must confirm, and you have already confirmed; a second person must confirm.',

  // Commission plans
  acknowledgement_missing:
    'A plan with three levels requires the acknowledgement of a compliance officer first.',
  acknowledgement_not_needed: 'Only a plan with three levels requires an acknowledgement.',
  effective_from_past: 'A version cannot take effect in the past.',

  // Notes and lists
  mention_not_possible: 'A mentioned person does not have permission to read this.',
  not_your_note: 'Only the author can retract a note.',

  // Users, keys and sign-in
  authentication_required:
    'The request has neither an API key ("Authorization: Bearer <key>") nor a session cookie.',
  code_not_right: 'The code is incorrect. Codes change every 30 seconds.',
  code_required: 'The password is correct; a two-step verification code or a recovery code is also required.',
  csrf_refused:
    'A request with a session cookie that changes something requires the header "X-Tributary-Console: 1" and must come from the console itself.',
  expiry_past: 'The expiry of the key is in the past.',
  key_not_valid: 'The API key is unknown, expired or revoked, or its user is disabled.',
  last_admin: 'This is the last admin who can sign in.',
  link_not_valid: 'The link was used, was replaced by a newer one, or has expired. Request a new one.',
  own_account: 'You cannot change your own role or disable your own account.',
  password_contains_address: 'The password contains the email address. Choose another one.',
  password_not_set: 'The user signs in without a password.',
  password_too_common: 'This password is common and easy to guess. Choose another one.',
  password_too_short: 'The password must have at least 12 characters. Several words in a row work well.',
  right_exceeded:
    'Nobody can give more rights than their own key or role has, nor manage an account that has more.',
  right_ended: 'The user who started the bulk action no longer has permission.',
  role_not_allowed:
    "The role of the key's user is not allowed to do this. The detail lists the roles that are.",
  scope_missing: 'The key does not have the required scope. Ask an admin for a key that has it.',
  scope_not_for_machine:
    'A key of a machine cannot have this scope. Decisions are made with the key or session of a person.',
  scope_not_for_role: 'The role of the user does not have all of these scopes.',
  second_factor_not_begun: 'Start the setup of two-step verification first.',
  second_factor_required:
    "An admin's account can be made or changed only by an admin signed in with two-step verification, as soon as one admin uses it.",
  second_factor_off: 'Two-step verification is off.',
  second_factor_on: 'Two-step verification is on.',
  session_ended:
    'The session has ended because of sign-out, expiry, a changed role or a disabled user. Sign in again.',
  session_required: 'Only a signed-in person can do this, not an API key.',
  sign_in_refused: 'The email address, password or code is incorrect, or the user is disabled.',
  too_many_attempts: 'Too many failed sign-in attempts. Wait as many seconds as Retry-After says.',
  too_many_mails:
    'Too many emails were requested for this address or from this network address. Check the inbox; Retry-After says when to retry.',
  user_of_distributor: 'The role of a distributor user cannot be changed.',

  // The request itself
  body_not_json: 'The body is not well-formed JSON.',
  body_not_valid: 'Fields of the body are missing, unknown or not valid; errors lists each.',
  body_too_large: 'The body is larger than this server accepts (API_BODY_LIMIT).',
  content_type_not_supported: 'Send the body as UTF-8 JSON, with "Content-Type: application/json".',
  idempotency_key_not_valid: 'An Idempotency-Key must have 1 to 255 printable ASCII characters.',
  method_not_allowed: 'The path does not support this method. The Allow header lists the supported methods.',
  query_not_valid: 'Query parameters are unknown or not valid; errors lists each.',
  request_malformed: 'The request could not be read, as with a broken percent-encoding.',
  too_many_requests: 'The rate limit is reached. Wait as many seconds as the Retry-After header says.',
  value_not_storable: 'A value has a format or size that cannot be stored.',

  // The server
  document_not_readable:
    'The file is missing in the storage of documents, or was changed there. The operator of the server must restore it.',
  console_not_built: 'The console is not built; run "npm run build:console".',
  internal_error: 'A server error. Find it in the logs by the request ID.',
  number_not_kept: 'The number was erased after its retention period.',
  seal_not_readable:
    'Encrypted data cannot be read: its key is missing in FIELD_KEYS or has been replaced. The operator of the server must restore the key.',
  temporarily_unavailable:
    'A server that this one depends on is unavailable or busy. Retry with the same Idempotency-Key.',
} as const satisfies Record<string, string>;

export type RefusalCode = keyof typeof refusals;

/** Previous names of codes, until version 0.1, for clients that check for them. */
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
