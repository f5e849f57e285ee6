import { App, Button, Space, Spin } from 'antd';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { ActionDialog } from '../actions/ActionDialog';
import { type Figures, sendSeen } from '../actions/figures';
import { LeftOut } from '../actions/LeftOut';
import type { Item, ListPath, Money } from '../api/types';
import { type Text, useT } from '../locale/locale';
import { useFormats } from '../ui/format';
import { useProblemText } from '../ui/problems';
import { type BulkAction, fetchPage, type ListDefinition } from './definition';

/** Max entries of one bulk action. */
const MAXIMUM = 5000;

const TEXTS = {
  clear: { zh: '取消选择', en: 'Clear' },
  none: { zh: '勾选记录后可批量操作', en: 'Select entries to run a bulk action' },
  reading: { zh: '正在读取…', en: 'Loading…' },
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

/** Count and total of the selection, and its bulk actions. */
export function BulkBar<P extends ListPath>(props: BulkBarProps<P>) {
  const { list, actions, query, params, page, hasMore, selected, onSelect } = props;
  type T = Item<P>;
  const t = useT();
  const { monies, number } = useFormats();
  const navigate = useNavigate();
  const [open, setOpen] = useState<BulkAction<T>>();
  const [figures, setFigures] = useState<Figures>();
  const [reading, setReading] = useState(false);
  const { message } = App.useApp();
  const problemText = useProblemText();
  const scope = useRef('');
  scope.current = JSON.stringify([query, params]);
  const wholePage = page.length > 0 && page.every((item) => selected.has(list.idOf(item)));

  const selectAll = async () => {
    setReading(true);
    const requested = scope.current;
    try {
      const all = new Map<string, T>();
      for (let cursor: string | null | undefined; cursor !== null && all.size < MAXIMUM; ) {
        // After a filter change the old result must not be selected.
        if (scope.current !== requested) return;
        const next = await fetchPage<T>(
          list.path,
          { ...query, limit: 200, ...(cursor && { cursor }) },
          params,
        );
        for (const item of next.items) if (all.size < MAXIMUM) all.set(list.idOf(item), item);
        cursor = next.nextCursor;
      }
      if (scope.current === requested) onSelect(all);
    } catch (error) {
      void message.error(problemText(error).title);
    } finally {
      setReading(false);
    }
  };

  // Several entries can have the same target, which is handled once.
  const targetsOf = ({ applies, target = list.idOf }: BulkAction<T>) =>
    new Map([...selected.values()].filter(applies).map((item) => [target(item), item]));
  const targets = open ? targetsOf(open) : new Map<string, T>();
  const excluded = open ? selected.size - [...selected.values()].filter(open.applies).length : 0;
  const readFigures = async (action: BulkAction<T>) =>
    setFigures(await action.preview?.([...targetsOf(action).keys()]));
  const begin = async (action: BulkAction<T>) => {
    try {
      await readFigures(action);
      setOpen(action);
    } catch (error) {
      void message.error(problemText(error).title);
    }
  };
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
                  en: `Select all matching (max ${number(MAXIMUM)})`,
                })
              )}
            </Button>
          )}
          {actions.map((action) => (
            <Button key={action.key} size="small" danger={action.danger} onClick={() => void begin(action)}>
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
                <Counted count={figures?.count ?? targets.size} />
                {figures
                  ? `, ${monies(figures.totals)}`
                  : list.amountOf && `, ${monies(sumOf([...targets.values()], list.amountOf))}`}
              </div>
              {figures && <LeftOut figures={figures} />}
              {excluded > 0 && (
                <div className="muted">
                  {t({
                    zh: `其余 ${number(excluded)} 条的状态不允许此操作，将被跳过。`,
                    en: `The other ${number(excluded)} are not in the right state and will be skipped.`,
                  })}
                </div>
              )}
            </>
          }
          onCancel={() => setOpen(undefined)}
          onSubmit={async (values, key) => {
            const address = await sendSeen(
              () => open.run([...targets.keys()], values, key, figures),
              () => readFigures(open),
            );
            setOpen(undefined);
            onSelect(new Map());
            await navigate(address);
          }}
        />
      )}
    </div>
  );
}

function Counted({ count }: { count: number }) {
  const t = useT();
  const { number } = useFormats();
  return (
    <>{t({ zh: `${number(count)} 条记录`, en: `${number(count)} ${count === 1 ? 'entry' : 'entries'}` })}</>
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
