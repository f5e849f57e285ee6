import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Empty, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';

interface OwnListProps<T> {
  queryKey: readonly unknown[];
  /** Reads a page. */
  load: (cursor: string | undefined) => Promise<{ items: T[]; nextCursor: string | null }>;
  idOf: (item: T) => string;
  render: (item: T) => ReactNode;
  empty: Text;
}

/** A simple list for phones, without columns, with a button for more. */
export function OwnList<T>({ queryKey, load, idOf, render, empty }: OwnListProps<T>) {
  const t = useT();
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: 30_000,
  });
  if (list.error && !list.data)
    return <FullPageProblem error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton active />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(empty)} />;
  return (
    <>
      <ul className="own-list">
        {items.map((item) => (
          <li key={idOf(item)} className="panel">
            {render(item)}
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t({ zh: '显示更多', en: 'Show more' })}
        </Button>
      )}
    </>
  );
}
