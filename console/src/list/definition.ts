import type { ReactNode } from 'react';
import type { Field } from '../actions/fields';
import type { Figures } from '../actions/figures';
import { api, data, type IdempotencyKey } from '../api/client';
import type { Filters, Item, ListPath, Money, Role, Sort } from '../api/types';
import type { Text } from '../locale/locale';

/** A column of a list. */
export interface Column<T, SortName = string> {
  key: string;
  title: Text;
  render: (item: T) => ReactNode;
  /** Name in the API's `sort`, if the list can be sorted by it. */
  sort?: SortName;
  align?: 'right';
  /** Hidden by default. */
  hidden?: boolean;
}

/** An entry of a select. */
export interface Option<Value extends string = string> {
  value: Value;
  label: Text;
}

/** A filter of a list: a query parameter of the API and its control. */
export type Filter<Param extends string = string, Value extends string = string> = {
  param: Param;
  label: Text;
  /** Shown only under “More filters” or if set. */
  rare?: boolean;
} & (
  | { kind: 'text'; width?: number }
  | { kind: 'select'; options: readonly Option<Value>[] }
  /** A day; sent as its start in the brand's time zone, or as the start of the next day. */
  | { kind: 'from' }
  | { kind: 'until' }
  /** A day, sent as it is. */
  | { kind: 'day' }
  /** Chosen by name or referral code; sent as ID. */
  | { kind: 'distributor' }
  /** Chosen from the ship-to regions of orders, or typed. */
  | { kind: 'region' }
  /** Entered in major units of the brand's currency; sent in minor units. */
  | { kind: 'amount' }
);

/** A bulk action of a list. */
export interface BulkAction<T> {
  key: string;
  label: Text;
  roles: readonly Role[];
  /** Entries it applies to; the others are skipped. */
  applies: (item: T) => boolean;
  fields: readonly Field[];
  danger?: boolean;
  /** Target of an entry, if not the entry itself. */
  target?: (item: T) => string;
  /** Reads what it would be about, as the server counts it; shown, and sent with it. */
  preview?: (ids: string[]) => Promise<Figures>;
  /**
   * Starts it.
   * @param seen of the preview
   * @returns address of the page that shows its progress
   */
  run: (
    ids: string[],
    values: Record<string, unknown>,
    key: IdempotencyKey,
    seen: Figures | undefined,
  ) => Promise<string>;
}

/** A value as it stands in an address. */
type ValueIn<Value> = Value extends number ? `${number}` : Value & string;

/** The filters of a list that the API knows, with the values it knows of each. */
type KnownFilter<P extends ListPath> = {
  [Param in keyof Filters<P> & string]-?: Filter<Param, ValueIn<NonNullable<Filters<P>[Param]>>>;
}[keyof Filters<P> & string];

/** Filters that a page sets. */
export type Fixed<P extends ListPath> = {
  [Param in keyof Filters<P> & string]?: ValueIn<NonNullable<Filters<P>[Param]>>;
};

/** What the API sorts a list by, ascending. */
type SortName<P extends ListPath> = Exclude<Sort<P>, `-${string}`>;

/** A column of a list of the API. */
export type ColumnOf<P extends ListPath> = Column<Item<P>, SortName<P>>;

/** Definition of a list page. Sorts and filters are those of the API. */
export interface ListDefinition<P extends ListPath = ListPath, T = Item<P>> {
  /** Key in addresses, saved views and browser storage. */
  key: string;
  path: P;
  title: Text;
  columns: readonly Column<T, SortName<P>>[];
  filters: readonly KnownFilter<P>[];
  defaultSort?: Sort<P>;
  idOf: (item: T) => string;
  /** Path of an entry. */
  href?: (item: T) => string;
  /** Whether an entry is about to change automatically: the list refreshes while it shows one. */
  isChanging?: (item: T) => boolean;
  /** Amount of an entry, for totals in the confirmation of bulk actions. */
  amountOf?: (item: T) => Money;
  bulk?: readonly BulkAction<T>[];
  /** Empty state: what the list is for and what to do. */
  empty: { title: Text; hint: Text; action?: { label: Text; href: string; roles: readonly Role[] } };
}

/** Declares a list; see `ListDefinition`. */
export function defineList<P extends ListPath>(definition: ListDefinition<P>): ListDefinition<P> {
  return definition;
}

/** A page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Reads a page of a list. `{…}` in the path are filled from `params`. */
export async function fetchPage<T>(
  path: ListPath,
  query: Record<string, string | number>,
  params: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Page<T>> {
  // The parameters of a generic list cannot be type-checked here; its definition was.
  const options = { params: { query, path: params }, signal } as never;
  return data(api.GET(path as never, options) as Promise<{ data?: Page<T> }>);
}
