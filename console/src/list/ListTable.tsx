import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Alert, Button, Empty, Select, Space, Table, type TableProps } from 'antd';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import type { Item, ListPath } from '../api/types';
import { useMe } from '../app/session';
import { type Text, useT } from '../locale/locale';
import { isPressable, isTyping } from '../ui/keys';
import { useProblemText } from '../ui/problems';
import { Scroll } from '../ui/Scroll';
import { BulkBar } from './BulkBar';
import { type Fixed, fetchPage, type ListDefinition } from './definition';
import { toQuery } from './query';
import type { ListState } from './useListState';

const PAGE_SIZES = [50, 100, 200];

const TEXTS = {
  previous: { zh: '上一页', en: 'Previous' },
  next: { zh: '下一页', en: 'Next' },
  pageSize: { zh: '每页行数', en: 'Rows per page' },
  page: { zh: '第', en: 'Page' },
  noMatch: { zh: '没有符合筛选条件的记录', en: 'No entries match these filters' },
  clear: { zh: '清除筛选', en: 'Clear filters' },
  retry: { zh: '重试', en: 'Retry' },
  select: { zh: '选择', en: 'Select' },
} satisfies Record<string, Text>;

/** Current page of a list. */
interface Paging {
  limit: number;
  /** Filters and sorting of the cursors; they are not valid for others. */
  scope: string;
  /** Start cursors of this page and the previous ones. */
  cursors: string[];
}

interface ListTableProps<P extends ListPath> {
  list: ListDefinition<P>;
  state: ListState;
  /** Fixed filters of the page. */
  fixed?: Fixed<P>;
  /** Path parameters. */
  params?: Record<string, string>;
  /** Keys of the columns to show. Default: those of the definition. */
  columns?: readonly string[];
  /** Whether it refreshes every few seconds, because its entries change automatically. */
  refresh?: boolean;
  /** Handles shortcuts regardless of the focus; max one list per page. Others handle them while they have the focus. */
  keyboard?: boolean;
}

/** The entries of a list with paging, sorting, selection, bulk actions and shortcuts. */
export function ListTable<P extends ListPath>(props: ListTableProps<P>) {
  const { list, state, fixed, params, columns: shown, refresh = false, keyboard = false } = props;
  type T = Item<P>;
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const location = useLocation();
  const kept = (location.state as Record<string, Paging> | null)?.[list.key];
  const [limit, setLimit] = useState(kept?.limit ?? PAGE_SIZES[0]!);
  const query = useMemo(() => toQuery(list, state, fixed, me.brand.timeZone), [list, state, fixed, me]);
  const scope = JSON.stringify([query, params, limit]);
  const [trail, setTrail] = useState<Omit<Paging, 'limit'>>(kept ?? { scope, cursors: [] });
  const cursors = trail.scope === scope ? trail.cursors : [];
  const showPage = (next: string[]) => {
    setTrail({ scope, cursors: next });
    // Stored in the history entry, so that going back from an entity returns to its page of the list.
    const state = { ...location.state, [list.key]: { limit, scope, cursors: next } satisfies Paging };
    void navigate(location, { replace: true, state, preventScrollReset: true });
  };
  const cursor = cursors.at(-1);

  const page = useQuery({
    queryKey: ['list', list.path, params, query, limit, cursor],
    queryFn: ({ signal }) =>
      fetchPage<T>(list.path, { ...query, limit, ...(cursor && { cursor }) }, params, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data: known } }) =>
      refresh || (list.isChanging && known?.items.some(list.isChanging)) ? 2_000 : false,
  });
  const { refetch } = page;
  useEffect(() => {
    if (!refresh) return undefined;
    // When entries stop changing, the last data may be outdated.
    return () => void refetch();
  }, [refresh, refetch]);
  const items = page.data?.items ?? [];
  const [selected, setSelected] = useState<ReadonlyMap<string, T>>(new Map());
  const [active, setActive] = useState(-1);
  const bulk = (list.bulk ?? []).filter(({ roles }) => roles.includes(me.user.role));

  useEffect(() => {
    setSelected(new Map());
    setActive(-1);
  }, [JSON.stringify([query, params])]);

  const toggle = (item: T) => {
    const next = new Map(selected);
    if (!next.delete(list.idOf(item))) next.set(list.idOf(item), item);
    setSelected(next);
  };

  const table = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      const focused = event.target instanceof Element ? event.target.closest('.list') : null;
      if (focused ? focused !== table.current : !keyboard) return;
      const item = items[active];
      if (event.key === 'j') setActive(Math.min(active + 1, items.length - 1));
      else if (event.key === 'k') setActive(Math.max(active - 1, 0));
      else if (event.key === 'x' && item && bulk.length) toggle(item);
      else if (event.key === 'Enter' && item && list.href && !isPressable(event.target))
        void navigate(list.href(item));
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  useEffect(() => {
    // Move the focus too, so that Enter opens the entry and screen readers announce it.
    const row = active < 0 ? null : table.current?.querySelector('tr.active-row');
    row?.querySelector<HTMLElement>('a[href]')?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const columns: TableProps<T>['columns'] = list.columns
    .filter(({ key, hidden }) => (shown ? shown.includes(key) : !hidden))
    .map(({ key, title, render, sort, align }, index) => ({
      key,
      title: t(title),
      align,
      render: (_: unknown, item: T) => {
        const content = render(item);
        return index === 0 && list.href ? <Link to={list.href(item)}>{content}</Link> : content;
      },
      ...(sort && { sorter: true, sortOrder: orderOf(sort, state.sort ?? list.defaultSort) }),
    }));

  const onChange: TableProps<T>['onChange'] = (_pages, _filters, sorter) => {
    const one = Array.isArray(sorter) ? sorter[0] : sorter;
    const sort = list.columns.find(({ key }) => key === one?.columnKey)?.sort;
    state.setSort(sort && one?.order ? (one.order === 'descend' ? `-${sort}` : sort) : undefined);
  };

  if (page.error && !page.data) {
    const { title, detail } = problemText(page.error);
    return (
      <Alert
        type="error"
        showIcon
        title={title}
        description={detail}
        action={<Button onClick={() => void page.refetch()}>{t(TEXTS.retry)}</Button>}
      />
    );
  }

  return (
    <>
      {bulk.length > 0 && (
        <BulkBar
          list={list}
          actions={bulk}
          query={query}
          params={params}
          page={items}
          hasMore={Boolean(page.data?.nextCursor) || cursors.length > 0}
          selected={selected}
          onSelect={setSelected}
        />
      )}
      <div ref={table} className="list">
        <Scroll label={t(list.title)}>
          <Table<T>
            size="small"
            rowKey={list.idOf}
            columns={columns}
            dataSource={items}
            loading={page.isPending || page.isPlaceholderData}
            pagination={false}
            onChange={onChange}
            showSorterTooltip={false}
            // No third step back to the default sort, which would look like no change.
            sortDirections={['ascend', 'descend', 'ascend']}
            rowClassName={(_, index) => (index === active ? 'active-row' : '')}
            rowSelection={
              bulk.length
                ? {
                    selectedRowKeys: [...selected.keys()],
                    preserveSelectedRowKeys: true,
                    getCheckboxProps: (item) => ({ 'aria-label': `${t(TEXTS.select)} ${list.idOf(item)}` }),
                    onSelect: toggle,
                    onSelectAll: (on, _rows, changed) => {
                      const next = new Map(selected);
                      for (const item of changed) {
                        if (on) next.set(list.idOf(item), item);
                        else next.delete(list.idOf(item));
                      }
                      setSelected(next);
                    },
                  }
                : undefined
            }
            locale={{
              emptyText: page.isPending ? (
                <span> </span>
              ) : (
                <EmptyState list={list} state={state} role={me.user.role} />
              ),
            }}
          />
        </Scroll>
      </div>
      {/* Also on a page whose entries have left the filter meanwhile. */}
      {(items.length > 0 || cursors.length > 0) && (
        <Space style={{ marginTop: 10 }} wrap>
          <Button disabled={cursors.length === 0} onClick={() => showPage(cursors.slice(0, -1))}>
            {t(TEXTS.previous)}
          </Button>
          <span className="muted">
            {t({ zh: `第 ${cursors.length + 1} 页`, en: `Page ${cursors.length + 1}` })}
          </span>
          <Button
            disabled={!page.data?.nextCursor || page.isPlaceholderData}
            onClick={() => showPage([...cursors, page.data!.nextCursor!])}
          >
            {t(TEXTS.next)}
          </Button>
          <Select
            aria-label={t(TEXTS.pageSize)}
            value={limit}
            onChange={setLimit}
            options={PAGE_SIZES.map((value) => ({
              value,
              label: t({ zh: `每页 ${value} 行`, en: `${value} rows per page` }),
            }))}
          />
        </Space>
      )}
    </>
  );
}

function EmptyState<P extends ListPath>({
  list,
  state,
  role,
}: {
  list: ListDefinition<P>;
  state: ListState;
  role: string;
}): ReactNode {
  const t = useT();
  if (Object.keys(state.filters).length > 0) {
    return (
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(TEXTS.noMatch)}>
        <Button onClick={() => state.replace('')}>{t(TEXTS.clear)}</Button>
      </Empty>
    );
  }
  const { title, hint, action } = list.empty;
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <div className="strong">{t(title)}</div>
          <div>{t(hint)}</div>
        </>
      }
    >
      {action && (action.roles as readonly string[]).includes(role) && (
        <Link to={action.href}>
          <Button type="primary">{t(action.label)}</Button>
        </Link>
      )}
    </Empty>
  );
}

function orderOf(sort: string, present: string | undefined): 'ascend' | 'descend' | null {
  if (present === sort) return 'ascend';
  return present === `-${sort}` ? 'descend' : null;
}
