import { SettingOutlined } from '@ant-design/icons';
import { Button, Checkbox, DatePicker, Input, InputNumber, Popover, Select } from 'antd';
import dayjs from 'dayjs';
import { type ReactNode, useEffect, useState } from 'react';
import type { ListPath } from '../api/types';
import { useMe } from '../app/session';
import { type Text, useLocale, useT } from '../locale/locale';
import { digitsOf, useTimeZone } from '../ui/format';
import { Page } from '../ui/Page';
import { clockTimeOf, zoneName } from '../ui/zone';
import { DistributorFilter } from './DistributorFilter';
import type { Filter, ListDefinition } from './definition';
import { ExportButton } from './ExportButton';
import { ListTable } from './ListTable';
import { toQuery } from './query';
import { RegionFilter } from './RegionFilter';
import { SavedViews } from './SavedViews';
import { type ListState, useAddressListState } from './useListState';

const TEXTS = {
  columns: { zh: '列', en: 'Columns' },
  moreFilters: { zh: '更多筛选', en: 'More filters' },
} satisfies Record<string, Text>;

interface ListPageProps<P extends ListPath> {
  list: ListDefinition<P>;
  /** Buttons beside the title. */
  actions?: ReactNode;
  /** Content between title and list. */
  children?: ReactNode;
}

/** A page that is one list: filters, saved views, columns, export and the entries. */
export function ListPage<P extends ListPath>({ list, actions, children }: ListPageProps<P>) {
  const t = useT();
  const me = useMe();
  const state = useAddressListState();
  const [columns, setColumns] = useColumns(list);
  const [allFilters, setAllFilters] = useState(false);
  const shown = list.filters.filter(({ rare, param }) => !rare || allFilters || state.filters[param]);

  const query = toQuery(list, state, undefined, me.brand.timeZone);
  const today = dayOf(new Date().toISOString(), me.brand.timeZone);

  return (
    <Page title={t(list.title)} actions={actions}>
      {children}
      <section className="panel" aria-label={t(list.title)}>
        <div className="toolbar">
          {shown.map((filter) => (
            <FilterInput key={filter.param} filter={filter} state={state} />
          ))}
          {shown.some(({ kind }) => kind === 'from' || kind === 'until') && <DaysNote />}
          {shown.length < list.filters.length && (
            <Button type="link" onClick={() => setAllFilters(true)}>
              {t(TEXTS.moreFilters)}
            </Button>
          )}
          <span className="tools">
            <SavedViews list={list.key} state={state} columns={columns} onColumns={setColumns} />
            <Popover
              trigger="click"
              placement="bottomRight"
              content={
                <Checkbox.Group
                  style={{ display: 'grid', gap: 4 }}
                  value={[...columns]}
                  options={list.columns.map(({ key, title }) => ({ value: key, label: t(title) }))}
                  onChange={(keys) => setColumns(keys as string[])}
                />
              }
            >
              <Button icon={<SettingOutlined />}>{t(TEXTS.columns)}</Button>
            </Popover>
            <ExportButton path={list.path} query={query} fileName={`${list.key}-${today}`} />
          </span>
        </div>
        <ListTable list={list} state={state} columns={columns} keyboard />
      </section>
    </Page>
  );
}

/** The day of a time in a zone; a day stays unchanged. */
const dayOf = (value: string, timeZone: string): string =>
  (value.includes('T') ? clockTimeOf(value, timeZone) : value).slice(0, 10);

/** Time zone of the days of the filters. */
function DaysNote() {
  const { t, locale } = useLocale();
  const zone = zoneName(useTimeZone(), locale);
  return <span className="muted">{t({ zh: `日期按${zone}`, en: `Dates in ${zone}` })}</span>;
}

function FilterInput({ filter, state }: { filter: Filter; state: ListState }) {
  const t = useT();
  const timeZone = useTimeZone();
  const value = state.filters[filter.param];
  const label = t(filter.label);
  switch (filter.kind) {
    case 'select':
      return (
        <Select
          aria-label={label}
          placeholder={label}
          allowClear
          style={{ minWidth: 130 }}
          value={value}
          options={filter.options.map((option) => ({ value: option.value, label: t(option.label) }))}
          onChange={(chosen: string | undefined) => state.setFilter(filter.param, chosen)}
        />
      );
    case 'text':
      return (
        <TextFilter
          label={label}
          width={filter.width}
          value={value}
          onChange={(text) => state.setFilter(filter.param, text)}
        />
      );
    case 'distributor':
      return (
        <DistributorFilter label={label} value={value} onChange={(id) => state.setFilter(filter.param, id)} />
      );
    case 'region':
      return (
        <RegionFilter
          label={label}
          value={value}
          onChange={(region) => state.setFilter(filter.param, region)}
        />
      );
    case 'amount':
      return (
        <AmountFilter label={label} value={value} onChange={(text) => state.setFilter(filter.param, text)} />
      );
    case 'from':
    case 'until':
    case 'day':
      return (
        <DatePicker
          aria-label={label}
          placeholder={label}
          value={value ? dayjs(dayOf(value, timeZone)) : null}
          onChange={(day) => state.setFilter(filter.param, day ? day.format('YYYY-MM-DD') : undefined)}
        />
      );
  }
}

interface TextFilterProps {
  label: string;
  width?: number;
  value: string | undefined;
  onChange: (text: string | undefined) => void;
}

/** Applies the text when the person has finished typing. */
function TextFilter({ label, width = 170, value = '', onChange }: TextFilterProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const apply = () => {
    if (text.trim() !== value) onChange(text.trim() || undefined);
  };
  return (
    <Input
      aria-label={label}
      placeholder={label}
      style={{ width }}
      value={text}
      allowClear
      onChange={(event) => {
        setText(event.target.value);
        if (event.type === 'click') onChange(undefined);
      }}
      onPressEnter={apply}
      onBlur={apply}
    />
  );
}

/** Major units of the brand's currency on the page, minor units in the address. */
function AmountFilter({ label, value, onChange }: TextFilterProps) {
  const { currency } = useMe().brand;
  const unit = 10 ** digitsOf(currency);
  const present = value ? Number(value) / unit : null;
  const [amount, setAmount] = useState(present);
  useEffect(() => setAmount(present), [present]);
  const apply = () => {
    if (amount !== present) onChange(amount === null ? undefined : String(Math.round(amount * unit)));
  };
  return (
    <InputNumber
      aria-label={label}
      placeholder={label}
      min={0}
      precision={digitsOf(currency)}
      controls={false}
      suffix={currency}
      style={{ width: 160 }}
      value={amount}
      onChange={setAmount}
      onPressEnter={apply}
      onBlur={apply}
    />
  );
}

/** The columns shown, as this browser remembers them for the list. */
function useColumns<P extends ListPath>(
  list: ListDefinition<P>,
): [readonly string[], (keys: readonly string[]) => void] {
  const storageKey = `tributary.columns.${list.key}`;
  const [columns, setColumns] = useState<readonly string[]>(() => {
    const known = list.columns.map(({ key }) => key);
    const kept = localStorage
      .getItem(storageKey)
      ?.split(',')
      .filter((key) => known.includes(key));
    return kept?.length ? kept : list.columns.filter(({ hidden }) => !hidden).map(({ key }) => key);
  });
  return [
    columns,
    (keys) => {
      // In the order of the list, min one.
      const chosen = list.columns.map(({ key }) => key).filter((key) => keys.includes(key));
      if (chosen.length === 0) return;
      localStorage.setItem(storageKey, chosen.join(','));
      setColumns(chosen);
    },
  ];
}
