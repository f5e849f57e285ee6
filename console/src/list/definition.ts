import type { ReactNode } from 'react';
import type { Field } from '../actions/fields';
import { api, data, type IdempotencyKey } from '../api/client';
import type { Item, ListPath, Money, Role } from '../api/types';
import type { Text } from '../locale/locale';

/** A column of a list. */
export interface Column<T> {
  key: string;
  title: Text;
  render: (item: T) => ReactNode;
  /** Name in the API's `sort`, where the list can be sorted by it. */
  sort?: string;
  align?: 'right';
  /** Not shown until the person chooses it. */
  hidden?: boolean;
}

/** A filter of a list: a query parameter of the API and how it is asked for. */
export type Filter = {
  param: string;
  label: Text;
  /** Shown only when asked for, or when it is set. */
  rare?: boolean;
} & (
  | { kind: 'text'; width?: number }
  | { kind: 'select'; options: readonly { value: string; label: Text }[] }
  /** A day; sent as its first moment in the brand's zone, or as that of the day after. */
  | { kind: 'from' }
  | { kind: 'until' }
  /** A day, sent as it is. */
  | { kind: 'day' }
  /** Chosen by name or referral code; sent as the id. */
  | { kind: 'distributor' }
  /** Chosen among those that orders were shipped to, or typed. */
  | { kind: 'region' }
  /** Typed in whole units of the brand's currency; sent in minor units. */
  | { kind: 'amount' }
);

/** Something that can be done to many entries at once. */
export interface BulkAction<T> {
  key: string;
  label: Text;
  roles: readonly Role[];
  /** Entries it can be done to; the others stay selected and are left out. */
  applies: (item: T) => boolean;
  fields: readonly Field[];
  danger?: boolean;
  /** What of an entry it is done to, where that is not the entry itself. */
  target?: (item: T) => string;
  /**
   * Begins it.
   * @returns address of the page that shows its progress
   */
  run: (ids: string[], values: Record<string, unknown>, key: IdempotencyKey) => Promise<string>;
}

/** All that a list page needs to know; a new list is one of these. */
export interface ListDefinition<P extends ListPath = ListPath, T = Item<P>> {
  /** Names it in addresses, saved views and what the browser remembers. */
  key: string;
  path: P;
  title: Text;
  columns: readonly Column<T>[];
  filters: readonly Filter[];
  defaultSort?: string;
  idOf: (item: T) => string;
  /** Page of an entry. */
  href?: (item: T) => string;
  /** Whether an entry goes on by itself, and soon: the list is read again while it shows one. */
  moving?: (item: T) => boolean;
  /** What the entries come to, for the confirmation of bulk actions. */
  amountOf?: (item: T) => Money;
  bulk?: readonly BulkAction<T>[];
  /** What an empty list says: what it is for and what to do. */
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
  // The parameters of a list that is not known here can not be checked by its type; its definition was.
  const options = { params: { query, path: params }, signal } as never;
  return data(api.GET(path as never, options) as Promise<{ data?: Page<T> }>);
}
