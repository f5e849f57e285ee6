import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { formatScaled } from '../domain/decimal';
import type { CountedAmount, Reconciliation, RejectedAmount } from '../domain/imports/reconciliation';
import type { RejectedItem } from '../domain/imports/shopExport';
import { storableText } from '../domain/storableText';
import type { ApiClient } from './client';
import { STDIN } from './shopFile';

/** What is imported by now. */
export interface ImportCounts {
  orders: number;
  returns: number;
  rejected: number;
}

/** An import as staff see it in the console. Nothing of it ever throws, or stops the import. */
export interface ImportRun {
  /** Tells how far it is, now and then. */
  progress(counts: ImportCounts): void;
  reject(item: RejectedItem): void;
  /** Tells all that is not told yet, and that it was stopped or is finished. */
  end(counts: ImportCounts, reconciliations: readonly Reconciliation[] | undefined): Promise<void>;
}

const REPORT_EVERY_MS = 2000;
const MOST_AT_ONCE = 200;

/**
 * Begins to report an import to the API. A file whose import was stopped goes on in the same run.
 *
 * @param say told once when reporting fails, which leaves the import itself as it is
 */
export async function beginImportRun({
  api,
  file,
  ordersTotal,
  say,
}: {
  api: ApiClient;
  file: string;
  ordersTotal: number | undefined;
  say: (text: string) => void;
}): Promise<ImportRun> {
  let run: { id: string } | undefined;
  const waiting: RejectedItem[] = [];
  let told = 0;
  let counts: ImportCounts = { orders: 0, returns: 0, rejected: 0 };
  let underway: Promise<void> | undefined;
  let nextAt = 0;

  const attempt = (work: () => Promise<void>) =>
    work().catch((error: Error) => {
      run = undefined;
      waiting.length = 0;
      say(`The console will not show the rest of this import, which itself goes on: ${error.message}`);
    });

  await attempt(async () => {
    const body = {
      fileName: file === STDIN ? 'standard input' : path.basename(file).slice(-300),
      ...(file !== STDIN && { fileHash: await hashOf(file) }),
      ...(ordersTotal !== undefined && { ordersTotal }),
    };
    run = await post('/v1/imports', body);
  });

  function post<T>(address: string, body: object): Promise<T> {
    return api.request<T>('POST', address, { body, headers: { 'idempotency-key': randomUUID() } });
  }

  async function tellRejections(id: string): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_AT_ONCE);
      await post(`/v1/imports/${id}/rejections`, { first: told, rejections: batch.map(bodyOf) });
      waiting.splice(0, batch.length);
      told += batch.length;
    }
  }

  function tell(): void {
    if (!run || underway || Date.now() < nextAt) return;
    const { id } = run;
    underway = attempt(async () => {
      await tellRejections(id);
      await api.request('PATCH', `/v1/imports/${id}`, { body: counts });
    }).finally(() => {
      underway = undefined;
      nextAt = Date.now() + REPORT_EVERY_MS;
    });
  }

  return {
    progress(present) {
      counts = present;
      tell();
    },
    reject(item) {
      if (run) waiting.push(item);
    },
    async end(present, reconciliations) {
      await underway;
      if (!run) return;
      const { id } = run;
      await attempt(async () => {
        await tellRejections(id);
        if (!reconciliations) {
          await api.request('PATCH', `/v1/imports/${id}`, { body: { ...present, state: 'stopped' } });
          return;
        }
        const body = { ...present, reconciliations: reconciliations.map(reconciliationBody) };
        await post(`/v1/imports/${id}/finish`, body);
      });
    },
  };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Damaged files hold what no database takes. */
function bodyOf({ row, orderId, sku, amount, currency, reason, detail }: RejectedItem) {
  return {
    row,
    orderId: storableText(orderId, 200),
    sku: storableText(sku, 200),
    amount: amount === undefined ? null : formatScaled(amount),
    currency: storableText(currency, 3),
    reason,
    detail: storableText(detail, 1000),
  };
}

function reconciliationBody(reconciliation: Reconciliation) {
  const counted = ({ count, amount }: CountedAmount) => ({ count, amount: formatScaled(amount) });
  const rejectedPart = ({ unknown, ...part }: RejectedAmount) => ({ ...counted(part), unknown });
  const { currency, rows, unknownRows, fileTotal, orders, sales, returns, priceDifferences, rejected } =
    reconciliation;
  return {
    currency,
    rows,
    unknownRows,
    fileTotal: unknownRows > 0 ? null : formatScaled(fileTotal),
    readableTotal: formatScaled(fileTotal),
    orders,
    sales: counted(sales),
    returns: counted(returns),
    priceDifferences: counted(priceDifferences),
    rejected: Object.fromEntries(
      Object.entries(rejected).flatMap(([reason, part]) => (part ? [[reason, rejectedPart(part)]] : [])),
    ),
  };
}
