import type { ReactNode } from 'react';

interface PlainTableProps<T> {
  columns: readonly { title: string; align?: 'end'; render: (row: T) => ReactNode }[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** Shown instead of rows. */
  empty: string;
}

/** A small read-only table. The component library's table would be a fifth of a page's scripts. */
export function PlainTable<T>({ columns, rows, keyOf, empty }: PlainTableProps<T>) {
  if (rows.length === 0) return <p className="muted">{empty}</p>;
  return (
    <div className="wide-content">
      <table className="plain-table">
        <thead>
          <tr>
            {columns.map(({ title, align }) => (
              <th key={title} scope="col" style={{ textAlign: align }}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, align, render }) => (
                <td key={title} style={{ textAlign: align }}>
                  {render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
