import { type ReactNode, useEffect } from 'react';
import { LocaleSwitch } from '../app/LocaleSwitch';

/** Frame of pages without sign-in. */
export function SignedOutPage({
  title,
  brand = 'Tributary',
  wide,
  children,
}: {
  title: string;
  brand?: string;
  wide?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · ${brand}`;
  }, [title, brand]);
  return (
    <main className="entrance" style={{ maxWidth: wide ? 760 : 420 }}>
      <div className="page-head">
        <span className="strong">{brand}</span>
        <LocaleSwitch />
      </div>
      <div className="panel">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
