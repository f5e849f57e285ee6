import { Link } from 'react-router';
import { hrefOf, type Kind } from './kinds';

/** A thing's name, leading to its page. */
export function ThingLink({ kind, id, children }: { kind: Kind; id: string; children?: React.ReactNode }) {
  return <Link to={hrefOf(kind, id)}>{children ?? shortId(id)}</Link>;
}

/**
 * The last part of a UUID, which tells entries apart well enough for people; other ids stay whole. The first part is
 * the time, the same for all that was made within a minute.
 */
export const shortId = (id: string): string => (/^[\da-f]{8}-[\da-f-]{27}$/.test(id) ? id.slice(-8) : id);
