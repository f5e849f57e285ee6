import { kinds, pageOfSubject, parseSubject } from '../../../domain/kinds';
import { readable } from '../../../domain/words/events';
import { useT } from '../locale/locale';
import { PageLink, shortId } from './Links';

/** Name of a subject: `order/4711` as “Order 4711”, `return/4711/R1` as “Return 4711/R1”. */
export function SubjectName({ subject }: { subject: string }) {
  const t = useT();
  const named = parseSubject(subject);
  if (!named) return <>{t(readable(subject))}</>;
  return (
    <>
      {t(kinds[named.kind].names)} {[named.id].flat().map(shortId).join('/')}
    </>
  );
}

/** Name of a subject, as a link to its page if it has one. */
export function SubjectLink({ subject, onClick }: { subject: string; onClick?: () => void }) {
  const href = pageOfSubject(subject);
  const name = <SubjectName subject={subject} />;
  return href ? (
    <PageLink to={href} onClick={onClick}>
      {name}
    </PageLink>
  ) : (
    <span title={subject}>{name}</span>
  );
}
