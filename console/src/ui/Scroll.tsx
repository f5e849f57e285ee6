import type { ReactNode } from 'react';

/** Horizontal scroll area for a wide table, reachable by keyboard. */
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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scroll areas must be reachable by keyboard (WCAG 2.1.1).
    <section className="scroll" aria-label={label} tabIndex={0} style={{ maxHeight }}>
      {children}
    </section>
  );
}
