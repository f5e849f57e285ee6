import { Descriptions } from 'antd';
import type { ReactNode } from 'react';
import { type Text, useT } from '../locale/locale';

/** A titled part of a page. */
export function Panel({ title, extra, children }: { title: Text; extra?: ReactNode; children: ReactNode }) {
  const t = useT();
  return (
    <section className="panel" aria-label={t(title)}>
      <h2 style={{ display: 'flex', justifyContent: 'space-between', gap: 8 }}>
        {t(title)}
        {extra}
      </h2>
      {children}
    </section>
  );
}

/** Facts by label; undefined ones are skipped. */
export function Facts({
  facts,
  columns = 2,
}: {
  facts: readonly (readonly [Text, ReactNode | undefined])[];
  /** If the page is wide. */
  columns?: 1 | 2;
}) {
  const t = useT();
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, sm: 1, md: columns }}
      items={facts
        .filter(([, value]) => value !== undefined)
        .map(([label, value]) => ({ key: label.en, label: t(label), children: value }))}
    />
  );
}
