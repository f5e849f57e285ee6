/** A masked email address that can still be recognised: `l…@example.com`. */
export function maskMailAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '…' : `${[...address][0]}…${address.slice(at)}`;
}

/**
 * The mailbox that an address reaches, to count what is sent to it: without case, without a tag such as `+news`, and
 * without the dots that Gmail ignores.
 * @see https://datatracker.ietf.org/doc/html/rfc5233 on tags
 */
export function mailboxOf(address: string): string {
  const [local = '', domain = ''] = address
    .trim()
    .toLowerCase()
    .split(/@(?=[^@]*$)/);
  const box = local.replace(/\+.*$/s, '') || local;
  if (domain !== 'gmail.com' && domain !== 'googlemail.com') return `${box}@${domain}`;
  return `${box.replaceAll('.', '')}@gmail.com`;
}
