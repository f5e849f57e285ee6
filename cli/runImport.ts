import { countItem, currencyOf, emptyReconciliation } from '../domain/imports/reconciliation';
import {
  assertReconciled,
  createImporter,
  type ImportedOrder,
  type Importer,
  type ImportItem,
  type ProductItem,
  type Reconciliation,
} from '../domain/imports/shopExport';
import type { Table } from '../domain/imports/table';
import { applyItems } from './apply';
import type { ApiClient } from './client';
import { beginImportRun } from './importRun';
import { createProgress, type Progress, STEPS_OF } from './progress';
import { openReport } from './report';
import { openShopFile, STDIN } from './shopFile';
import { findShift, type Survey, surveyFile } from './survey';

/** What to import, and how. */
export interface ImportSettings {
  readonly api: ApiClient;
  /** Path of the file, or `-` for the standard input. */
  readonly file: string;
  readonly reportFile: string;
  /** The present; nothing later than this is imported. */
  readonly now: Date;
  /** Days from payment to delivery where the file tells none. */
  readonly deliveryDays?: number;
  /**
   * By how many days to move the file's times; `to-now`: so that the newest is of today, see {@link findShift}.
   * @default 0
   */
  readonly shift?: number | 'to-now';
  /** Of this file, where the caller has surveyed it already. */
  readonly survey?: Survey;
  readonly codeFor?: (order: ImportedOrder) => string | undefined;
  readonly categoryFor?: (product: ProductItem) => string | undefined;
  /** Aborted to stop after what has begun. */
  readonly signal?: AbortSignal;
  /** @default a bar or lines on the standard error */
  readonly startProgress?: typeof createProgress;
  /** Given the progress display once it is there, for what else there is to say. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What became of an import. */
export interface ImportResult {
  /** False when it was stopped before the end of the file. */
  readonly finished: boolean;
  /** One for each currency; complete only when finished. */
  readonly reconciliations: readonly Reconciliation[];
  readonly orders: number;
  readonly returns: number;
  readonly rejected: number;
  readonly shiftDays: number;
  readonly seconds: number;
}

/**
 * Imports a file through the API, writes the report and tells the API how it goes. Running it again changes nothing that is there, and goes on
 * where an earlier run was stopped.
 *
 * @throws CommandError when the file or the report can't be used
 * @throws UnknownHeaderError when the header fits no format
 * @throws ApiError or ApiUnavailable when the API can't be used; what was imported until then stays
 */
export async function runImport(settings: ImportSettings): Promise<ImportResult> {
  const { api, file, reportFile, shift = 0, signal } = settings;
  const startedAt = performance.now();
  const now = settings.now.toISOString();
  const survey = settings.survey ?? (file === STDIN ? undefined : await surveyFile(file, now));
  const shiftDays = shift === 'to-now' ? await findShift(api, survey) : shift;

  const source = await openShopFile(file);
  const importer = createImporter({
    header: source.header,
    now,
    shiftDays,
    deliveryDays: settings.deliveryDays,
    scattered: survey?.scattered,
  });
  const report = await openReport(reportFile);
  const tally = createTally();
  const progress = (settings.startProgress ?? createProgress)(survey);
  settings.onProgress?.(progress);
  const run = await beginImportRun({ api, file, ordersTotal: survey?.orders, say: progress.note });
  const counts = { orders: 0, returns: 0, rejected: 0 };
  const done = { steps: 0, orders: 0, rejected: 0 };
  const onDone = ({ kind }: ImportItem) => {
    done.steps += STEPS_OF[kind];
    if (kind === 'rejected') done.rejected += 1;
    if (kind === 'order') done.orders += 1;
    progress.update(done);
  };
  try {
    for await (const outcome of applyItems(itemsOf(source, importer), { ...settings, onDone })) {
      for (const item of outcome) {
        tally.count(item);
        if (item.kind === 'order') counts.orders += 1;
        if (item.kind === 'return') counts.returns += 1;
        if (item.kind !== 'rejected') continue;
        counts.rejected += 1;
        run.reject(item);
        await report.add(item);
      }
      run.progress(counts);
    }
  } catch (error) {
    await run.end(counts, undefined);
    throw error;
  } finally {
    progress.stop();
    await report.close();
  }
  const finished = !signal?.aborted;
  const reconciliations = tally.against(importer.reconciliations());
  if (finished) reconciliations.forEach(assertReconciled);
  await run.end(counts, finished ? reconciliations : undefined);
  const sum = (count: (reconciliation: Reconciliation) => number) =>
    reconciliations.reduce((total, reconciliation) => total + count(reconciliation), 0);
  return {
    finished,
    reconciliations,
    orders: sum(({ orders }) => orders),
    returns: sum(({ returns }) => returns.count),
    rejected: sum(({ rejected }) =>
      Object.values(rejected).reduce((total, part) => total + (part?.count ?? 0), 0),
    ),
    shiftDays,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function* itemsOf({ rows }: Table, importer: Importer): AsyncGenerator<ImportItem> {
  for await (const { row, fields, fault } of rows) {
    yield* importer.row(row, fields, fault);
  }
  yield* importer.end();
}

/** Counts what was really imported and rejected; the importer counts only what it gave out. */
function createTally() {
  const tallies = new Map<string, Reconciliation>();
  const of = (currency: string) => {
    const tally = tallies.get(currency) ?? emptyReconciliation(currency);
    tallies.set(currency, tally);
    return tally;
  };
  return {
    count: (item: ImportItem) => countItem(of(currencyOf(item)), item),
    /** Sets it against what the file has. */
    against(file: readonly Reconciliation[]): Reconciliation[] {
      for (const { currency, rows, unknownRows, fileTotal } of file)
        Object.assign(of(currency), { rows, unknownRows, fileTotal });
      return [...tallies.values()];
    },
  };
}
