import { useQuery } from '@tanstack/react-query';
import type { Money } from '../api/types';
import { type Text, useT } from '../locale/locale';
import { useFormats } from '../ui/format';

const TEXTS = {
  label: { zh: '符合筛选的合计', en: 'Totals of matching entries' },
  counting: { zh: '正在合计…', en: 'Calculating totals…' },
  failed: { zh: '合计暂时无法读取', en: 'Totals are unavailable at the moment' },
} satisfies Record<string, Text>;

interface Summary {
  count: number;
  capped: boolean;
  sums: Money[];
}

interface TotalsProps {
  /** Cache key. */
  name: string;
  query: Record<string, string>;
  load: (query: Record<string, string>, signal: AbortSignal) => Promise<Summary>;
}

/** Count and totals of the entries that match the filters of a list. */
export function Totals({ name, query, load }: TotalsProps) {
  const t = useT();
  const { number, monies } = useFormats();
  const summary = useQuery({
    queryKey: ['summary', name, query],
    queryFn: ({ signal }) => load(query, signal),
    placeholderData: (previous) => previous,
  });
  const { data } = summary;
  return (
    <section className="panel" aria-label={t(TEXTS.label)} aria-live="polite">
      {data ? (
        <span style={{ opacity: summary.isPlaceholderData ? 0.5 : 1 }}>
          <span className="muted">{t({ zh: '符合筛选', en: 'Matching' })} </span>
          <span className="strong">
            {t({
              zh: `${number(data.count)}${data.capped ? '+' : ''} 条`,
              en: `${number(data.count)}${data.capped ? '+' : ''}`,
            })}
          </span>
          <span className="muted"> · {t({ zh: '合计', en: 'total' })} </span>
          <span className="money strong">{monies(data.sums)}</span>
        </span>
      ) : (
        <span className="muted">{t(summary.isError ? TEXTS.failed : TEXTS.counting)}</span>
      )}
    </section>
  );
}
