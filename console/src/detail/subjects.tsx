import { type Text, useT } from '../locale/locale';
import { readable } from './eventNames';
import { hrefOf, KINDS, type Kind } from './kinds';
import { PageLink, shortId } from './Links';

/** Things that have a page under another name, or within the page of another thing. */
const OTHERS: Record<string, Kind> = { return: 'order' };

/** Things that have no story of their own. */
const NAMES: Record<string, Text> = {
  ...KINDS,
  return: { zh: '退货', en: 'Return' },
  import: { zh: '导入', en: 'Import' },
  bulk: { zh: '批量操作', en: 'Bulk action' },
  blacklist: { zh: '黑名单', en: 'Blacklist' },
  key: { zh: 'API 密钥', en: 'API key' },
  note: { zh: '备注', en: 'Note' },
  session: { zh: '会话', en: 'Session' },
};

const isKind = (name: string): name is Kind => name in KINDS;

function partsOf(subject: string): [name: string, id: string] {
  const slash = subject.indexOf('/');
  return [subject.slice(0, slash), subject.slice(slash + 1)];
}

/**
 * The page about a subject, as notes and audit entries name it.
 * @param subject such as `order/4711`
 * @returns undefined where it has none
 */
export function hrefOfSubject(subject: string): string | undefined {
  const [name, id] = partsOf(subject);
  if (name === 'import') return `/imports/${encodeURIComponent(id)}`;
  if (name === 'bulk') return `/bulk-actions/${encodeURIComponent(id)}`;
  if (name === 'blacklist') return '/blacklist';
  if (name === 'key') return '/keys';
  const kind = OTHERS[name] ?? name;
  // A return is named by its order and its own number.
  return isKind(kind) ? hrefOf(kind, name === 'return' ? id.slice(0, id.lastIndexOf('/')) : id) : undefined;
}

/** What a subject is: `order/4711` as “Order 4711”. */
export function SubjectName({ subject }: { subject: string }) {
  const [name, id] = partsOf(subject);
  return (
    <>
      {useT()(NAMES[name] ?? readable(name))} {shortId(id)}
    </>
  );
}

/** What a subject is, leading to its page where it has one. */
export function SubjectLink({ subject, onClick }: { subject: string; onClick?: () => void }) {
  const href = hrefOfSubject(subject);
  const name = <SubjectName subject={subject} />;
  return href ? (
    <PageLink to={href} onClick={onClick}>
      {name}
    </PageLink>
  ) : (
    <span title={subject}>{name}</span>
  );
}
