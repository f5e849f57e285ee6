import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { formatScaled } from '../domain/decimal';
import type { RejectedItem } from '../domain/imports/shopExport';
import { harmlessCell } from '../domain/spreadsheet';
import { CommandError } from './connect';

/** The file with every row that was not imported. */
export interface Report {
  /** Applies backpressure if the disk is slower than the rows. */
  add(item: RejectedItem): Promise<void>;
  close(): Promise<void>;
}

const COLUMNS = ['row', 'order', 'sku', 'quantity', 'amount', 'currency', 'reason', 'detail'];

/**
 * Starts a report; it replaces the one of an earlier run, because each run checks the whole file.
 *
 * @throws CommandError when the file cannot be written
 */
export async function openReport(file: string): Promise<Report> {
  const output = createWriteStream(file);
  await once(output, 'open').catch((error: Error) => {
    throw new CommandError(`The report cannot be written: ${error.message}`);
  });
  const rows = stringify({
    header: true,
    columns: COLUMNS,
    // Without the BOM Excel assumes another encoding for Chinese texts.
    bom: true,
    cast: { string: harmlessCell, bigint: formatScaled },
  });
  const written = pipeline(rows, output);
  // The error is thrown when the report is closed.
  written.catch(() => undefined);
  return {
    async add({ row, orderId, sku, quantity, amount, currency, reason, detail }) {
      const cells = [row, orderId, sku, quantity, amount, currency, reason, detail];
      if (!rows.write(cells)) await Promise.race([once(rows, 'drain'), written]);
    },
    async close() {
      rows.end();
      await written;
    },
  };
}
