import {
  createImporter,
  type ImporterOptions,
  type ImportItem,
  type Reconciliation,
} from '../../../domain/imports/shopExport';

export type Row = Record<string, string>;

/** Imports rows numbered from 2, as in a file with a header, and returns everything that was imported. */
export function importRows(
  rows: readonly Row[],
  options: ImporterOptions,
): { items: ImportItem[]; reconciliations: Reconciliation[] } {
  const importer = createImporter(options);
  const items = rows.flatMap((row, index) => importer.row(index + 2, row));
  items.push(...importer.end());
  return { items, reconciliations: importer.reconciliations() };
}

/** The items of one kind, in their order. */
export function ofKind<K extends ImportItem['kind']>(
  items: readonly ImportItem[],
  kind: K,
): Extract<ImportItem, { kind: K }>[] {
  return items.filter((item): item is Extract<ImportItem, { kind: K }> => item.kind === kind);
}

/**
 * Applies items one after the other, as the API would.
 *
 * @throws Error at the first that can't be: an order or return given twice, a product unknown or given twice, a
 *   return of more than is left of its line
 */
export function applyInOrder(items: readonly ImportItem[]): void {
  const given = new Set<string>();
  const left = new Map<string, number>();
  const giveOnce = (key: string) => {
    if (given.has(key)) throw new Error(`${key} is given twice`);
    given.add(key);
  };
  for (const item of items) {
    if (item.kind === 'product') giveOnce(`product ${item.sku}`);
    if (item.kind === 'order') {
      const { externalId, lines } = item.order;
      giveOnce(`order ${externalId}`);
      for (const { lineId, sku, quantity } of lines) {
        if (!given.has(`product ${sku}`)) throw new Error(`order ${externalId} precedes product ${sku}`);
        giveOnce(`line ${externalId}/${lineId}`);
        left.set(`line ${externalId}/${lineId}`, quantity);
      }
    }
    if (item.kind === 'return') {
      giveOnce(`return ${item.returnId}`);
      if (item.returnId.length > 80) throw new Error(`return ${item.returnId} is too long`);
      const line = `line ${item.orderExternalId}/${item.lineId}`;
      const rest = (left.get(line) ?? 0) - item.quantity;
      if (rest < 0) throw new Error(`return ${item.returnId} takes more than ${line} has`);
      left.set(line, rest);
    }
  }
}
