import { hrefOf, KINDS, type Kind } from './kinds';

/** Things that have a page under another name, or within the page of another thing. */
const OTHERS: Record<string, Kind> = { 'commission-plan': 'plan', return: 'order' };

const isKind = (name: string): name is Kind => name in KINDS;

/**
 * The page about a subject, as notes and audit entries name it.
 * @param subject such as `order/4711`
 * @returns undefined where it has none
 */
export function hrefOfSubject(subject: string): string | undefined {
  const slash = subject.indexOf('/');
  const [name, id] = [subject.slice(0, slash), subject.slice(slash + 1)];
  if (name === 'import') return `/imports/${encodeURIComponent(id)}`;
  const kind = OTHERS[name] ?? name;
  // A return is named by its order and its own number.
  return isKind(kind) ? hrefOf(kind, name === 'return' ? id.slice(0, id.lastIndexOf('/')) : id) : undefined;
}
