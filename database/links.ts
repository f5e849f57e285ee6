import { timingSafeEqual } from 'node:crypto';
import { type Config, publicUrl } from '../config';
import { keyOf, parseSubject } from '../domain/kinds';
import { mailLinks } from '../domain/mail/frame';
import type { Sealer } from './sealing';

type Hasher = Pick<Sealer, 'numberHash'>;
type Address = Pick<Config, 'PUBLIC_URL' | 'API_PORT'>;

/** The token by which an applicant reads and changes the application. Derived from its id, never stored. */
export function applicantToken(sealer: Hasher, applicationId: string): string {
  return sealer.numberHash('applicant_token', applicationId);
}

/** Whether a token is what it should be, in a time that does not reveal how much of it is right. */
export function tokensEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The token of a one-time link: its id, and a hash of it that only FIELD_HASH_KEY can make. */
export function signInLinkToken(sealer: Hasher, linkId: string): string {
  return `${linkId}.${sealer.numberHash('sign_in_link', linkId)}`;
}

/** The id of a token's link. @returns undefined for a token that was never issued */
export function linkIdOf(sealer: Hasher, token: string): string | undefined {
  const [id = ''] = token.split('.');
  return tokensEqual(token, signInLinkToken(sealer, id)) ? id : undefined;
}

/** Where a person sets a password. The token is in the fragment, which no server or proxy gets to log. */
export function signInPage(config: Address, sealer: Hasher, linkId: string): string {
  return `${publicUrl(config)}/welcome#${signInLinkToken(sealer, linkId)}`;
}

/** The token that confirms the new mail address of an account change. Derived from its id, never stored. */
export function confirmAddressToken(sealer: Hasher, accountChangeId: string): string {
  return sealer.numberHash('confirm_address', accountChangeId);
}

/** Key of the only mail that has the link to confirm a new mail address. */
export const confirmAddressMailKey = (accountChangeId: string): string =>
  keyOf('account_change', accountChangeId, 'confirm_address');

/**
 * Puts the links into a mail that is about to be sent. They are not in the stored text, because each of them opens
 * something; and they are those of the mail's own subject, whatever text a name or a reason contains.
 */
export function withLinks(
  mail: { key: string; body: string; subjectRef: string; signInLinkId: string | null },
  config: Address,
  sealer: Hasher,
): string {
  const about = parseSubject(mail.subjectRef);
  let body = mail.body.replaceAll(mailLinks.console, () => publicUrl(config));
  if (about?.kind === 'application') {
    const { id } = about;
    const page = `${publicUrl(config)}/application/${id}#${applicantToken(sealer, id)}`;
    body = body.replaceAll(mailLinks.application, () => page);
  }
  // Not in the mails to the previous address, whatever the distributor is called.
  if (about?.kind === 'account_change' && mail.key === confirmAddressMailKey(about.id)) {
    const { id } = about;
    const page = `${publicUrl(config)}/confirm-address/${id}#${confirmAddressToken(sealer, id)}`;
    body = body.replaceAll(mailLinks.confirmAddress, () => page);
  }
  if (mail.signInLinkId) {
    const page = signInPage(config, sealer, mail.signInLinkId);
    body = body.replaceAll(mailLinks.signIn, () => page);
  }
  return body;
}
