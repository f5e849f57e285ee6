import type { ReactNode } from 'react';

/** Room for a table that may be wider than its place; can be reached and scrolled by keyboard. */
export function Scroll({
  label,
  maxHeight,
  children,
}: {
  label: string;
  maxHeight?: number;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard (WCAG 2.1.1).
    <section className="scroll" aria-label={label} tabIndex={0} style={{ maxHeight }}>
      {children}
    </section>
  );
}
