import { Button, Space, Spin } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { ActionDialog } from '../actions/ActionDialog';
import type { Item, ListPath, Money } from '../api/types';
import { type Text, useT } from '../locale/locale';
import { useFormats } from '../ui/format';
import { type BulkAction, fetchPage, type ListDefinition } from './definition';

/** What one bulk action takes at most. */
const MAXIMUM = 5000;

const TEXTS = {
  clear: { zh: '取消选择', en: 'Clear' },
  none: { zh: '勾选记录后可批量操作', en: 'Select entries to act on many at once' },
  reading: { zh: '正在读取…', en: 'Reading…' },
} satisfies Record<string, Text>;

interface BulkBarProps<P extends ListPath> {
  list: ListDefinition<P>;
  actions: readonly BulkAction<Item<P>>[];
  query: Record<string, string>;
  params?: Record<string, string>;
  page: readonly Item<P>[];
  hasMore: boolean;
  selected: ReadonlyMap<string, Item<P>>;
  onSelect: (selected: ReadonlyMap<string, Item<P>>) => void;
}

/** What is selected, what it comes to, and what can be done to it. */
export function BulkBar<P extends ListPath>(props: BulkBarProps<P>) {
  const { list, actions, query, params, page, hasMore, selected, onSelect } = props;
  type T = Item<P>;
  const t = useT();
  const { monies, number } = useFormats();
  const navigate = useNavigate();
  const [open, setOpen] = useState<BulkAction<T>>();
  const [reading, setReading] = useState(false);
  const wholePage = page.length > 0 && page.every((item) => selected.has(list.idOf(item)));

  const selectAll = async () => {
    setReading(true);
    try {
      const all = new Map<string, T>();
      for (let cursor: string | null | undefined; cursor !== null && all.size < MAXIMUM; ) {
        const next = await fetchPage<T>(
          list.path,
          { ...query, limit: 200, ...(cursor && { cursor }) },
          params,
        );
        for (const item of next.items) if (all.size < MAXIMUM) all.set(list.idOf(item), item);
        cursor = next.nextCursor;
      }
      onSelect(all);
    } finally {
      setReading(false);
    }
  };

  const chosen = open ? [...selected.values()].filter(open.applies) : [];
  return (
    <div className="toolbar" role="status">
      {selected.size === 0 ? (
        <span className="muted">{t(TEXTS.none)}</span>
      ) : (
        <Space wrap>
          <span className="strong">
            {t({ zh: `已选 ${number(selected.size)} 条`, en: `${number(selected.size)} selected` })}
            {list.amountOf && `, ${monies(sumOf([...selected.values()], list.amountOf))}`}
          </span>
          {wholePage && hasMore && (
            <Button type="link" size="small" disabled={reading} onClick={() => void selectAll()}>
              {reading ? (
                <Spin size="small" />
              ) : (
                t({
                  zh: `选择全部符合条件的记录（最多 ${MAXIMUM} 条）`,
                  en: `Select all matching, at most ${number(MAXIMUM)}`,
                })
              )}
            </Button>
          )}
          {actions.map((action) => (
            <Button key={action.key} size="small" danger={action.danger} onClick={() => setOpen(action)}>
              {t(action.label)}
            </Button>
          ))}
          <Button type="link" size="small" onClick={() => onSelect(new Map())}>
            {t(TEXTS.clear)}
          </Button>
        </Space>
      )}
      {open && (
        <ActionDialog
          title={t(open.label)}
          danger={open.danger}
          fields={open.fields}
          confirm={open.label}
          summary={
            <>
              <div className="strong">
                {t({ zh: `${number(chosen.length)} 条记录`, en: `${number(chosen.length)} entries` })}
                {list.amountOf && `, ${monies(sumOf(chosen, list.amountOf))}`}
              </div>
              {chosen.length < selected.size && (
                <div className="muted">
                  {t({
                    zh: `其余 ${number(selected.size - chosen.length)} 条的状态不允许此操作，将被跳过。`,
                    en: `The other ${number(selected.size - chosen.length)} are not in a state for this and are left out.`,
                  })}
                </div>
              )}
            </>
          }
          onCancel={() => setOpen(undefined)}
          onSubmit={async (values, key) => {
            const address = await open.run(chosen.map(open.target ?? list.idOf), values, key);
            setOpen(undefined);
            onSelect(new Map());
            await navigate(address);
          }}
        />
      )}
    </div>
  );
}

function sumOf<T>(items: readonly T[], amountOf: (item: T) => Money): Money[] {
  const sums = new Map<string, number>();
  for (const item of items) {
    const { amount, currency } = amountOf(item);
    sums.set(currency, (sums.get(currency) ?? 0) + amount);
  }
  return [...sums].map(([currency, amount]) => ({ amount, currency }));
}
