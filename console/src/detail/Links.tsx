import type { ReactNode } from 'react';
import { Link, type LinkProps } from 'react-router';
import { hrefOf, type PageKind } from '../../../domain/kinds';
import { mayOpen } from '../app/menu';
import { useMaybeMe } from '../app/session';

/** Whether the person may open the page at an address. */
export function useMayOpen(address: string): boolean {
  const me = useMaybeMe();
  return me !== undefined && mayOpen(me.user.role, address);
}

/** A link for those who may open the page it leads to; the others read what it says. */
export function PageLink({ to, children, ...rest }: LinkProps & { to: string }) {
  return useMayOpen(to) ? (
    <Link to={to} {...rest}>
      {children}
    </Link>
  ) : (
    children
  );
}

/** A thing's name, leading to its page. */
export function ThingLink({ kind, id, children }: { kind: PageKind; id: string; children?: ReactNode }) {
  return <PageLink to={hrefOf(kind, id)}>{children ?? shortId(id)}</PageLink>;
}

/**
 * The last part of a UUID, which tells entries apart well enough for people; other ids stay whole. The first part is
 * the time, the same for all that was made within a minute.
 */
export const shortId = (id: string): string => (/^[\da-f]{8}-[\da-f-]{27}$/.test(id) ? id.slice(-8) : id);
