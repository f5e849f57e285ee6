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

/** Progress of an import. */
export interface ImportCounts {
  orders: number;
  returns: number;
  rejected: number;
}

/** Reports an import to the console. It never throws and never stops the import. */
export interface ImportRun {
  /** Its id; undefined where the API keeps no record of it. */
  id: string | undefined;
  /** Reports progress from time to time. */
  progress(counts: ImportCounts): void;
  reject(item: RejectedItem): void;
  /** Reports everything remaining, and that the import was stopped or is finished. */
  end(counts: ImportCounts, reconciliations: readonly Reconciliation[] | undefined): Promise<void>;
}

const REPORT_EVERY_MS = 2000;
const BATCH_SIZE = 200;

/**
 * Starts reporting an import to the API. A stopped import of the same file continues in the same run.
 *
 * @param say called once when reporting fails; the import itself continues
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
  let reported = 0;
  let counts: ImportCounts = { orders: 0, returns: 0, rejected: 0 };
  let underway: Promise<void> | undefined;
  let nextAt = 0;

  const attempt = (work: () => Promise<void>) =>
    work().catch((error: Error) => {
      run = undefined;
      waiting.length = 0;
      say(`The import continues, but the console will not show its progress: ${error.message}`);
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

  async function reportRejections(id: string): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_SIZE);
      await post(`/v1/imports/${id}/rejections`, { first: reported, rejections: batch.map(bodyOf) });
      waiting.splice(0, batch.length);
      reported += batch.length;
    }
  }

  function report(): void {
    if (!run || underway || Date.now() < nextAt) return;
    const { id } = run;
    underway = attempt(async () => {
      await reportRejections(id);
      await api.request('PATCH', `/v1/imports/${id}`, { body: counts });
    }).finally(() => {
      underway = undefined;
      nextAt = Date.now() + REPORT_EVERY_MS;
    });
  }

  return {
    id: run?.id,
    progress(present) {
      counts = present;
      report();
    },
    reject(item) {
      if (run) waiting.push(item);
    },
    async end(present, reconciliations) {
      await underway;
      if (!run) return;
      const { id } = run;
      await attempt(async () => {
        await reportRejections(id);
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

/** Damaged files contain characters the database cannot store. */
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
