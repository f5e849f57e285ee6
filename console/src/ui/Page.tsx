import { type ReactNode, useEffect } from 'react';
import { useMaybeMe } from '../app/session';

/** Frame of a page: title, also in the browser tab, and actions. */
export function Page({
  title,
  tags,
  actions,
  children,
}: {
  title: string;
  tags?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const brand = useMaybeMe()?.brand.name ?? 'Tributary';
  useEffect(() => {
    document.title = `${title} · ${brand}`;
  }, [title, brand]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>
          {title} {tags}
        </h1>
        {actions}
      </div>
      {children}
    </div>
  );
}
