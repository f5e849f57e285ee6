import { useLocale, useT } from '../locale/locale';
import { TimeText } from '../ui/format';
import type { DocumentFacts } from './documents';

/** A size such as 1.2 MB. */
export function SizeText({ bytes }: { bytes: number }) {
  const { locale } = useLocale();
  const [unit, size] =
    bytes < 1e6 ? (['kilobyte', bytes / 1e3] as const) : (['megabyte', bytes / 1e6] as const);
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 });
  return <span className="muted nowrap">{format.format(size)}</span>;
}

/** Type, extent and origin of a document. */
export function DocumentFactsText({ document }: { document: DocumentFacts }) {
  const t = useT();
  const { pages, width, height, size, attachedAt } = document;
  return (
    <span className="muted">
      {pages !== null && t({ zh: `${pages} 页 · `, en: pages === 1 ? '1 page · ' : `${pages} pages · ` })}
      {width !== null && `${width} × ${height} · `}
      <SizeText bytes={size} /> · <TimeText at={attachedAt} />
    </span>
  );
}
