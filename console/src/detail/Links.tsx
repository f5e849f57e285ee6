import type { ReactNode } from 'react';
import { Link, type LinkProps } from 'react-router';
import { hrefOf, type PageKind } from '../../../domain/kinds';
import { mayOpen } from '../app/menu';
import { useMaybeMe } from '../app/session';

/** Whether the user can open the page at an address. */
export function useMayOpen(address: string): boolean {
  const me = useMaybeMe();
  return me !== undefined && mayOpen(me.user.role, address);
}

/** A link for users who can open its page; plain text for others. */
export function PageLink({ to, children, ...rest }: LinkProps & { to: string }) {
  return useMayOpen(to) ? (
    <Link to={to} {...rest}>
      {children}
    </Link>
  ) : (
    children
  );
}

/** Name of an entity as a link to its page. */
export function ThingLink({ kind, id, children }: { kind: PageKind; id: string; children?: ReactNode }) {
  return <PageLink to={hrefOf(kind, id)}>{children ?? shortId(id)}</PageLink>;
}

/**
 * The last part of a UUID, which is enough to distinguish entries; other IDs stay whole. The first part is the time,
 * the same for everything created within a minute.
 */
export const shortId = (id: string): string => (/^[\da-f]{8}-[\da-f-]{27}$/.test(id) ? id.slice(-8) : id);
