import { IMPORT_HEADER } from '../domain/imports/importHeader';
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
import { type ApiClient, withHeaders } from './client';
import { beginImportRun } from './importRun';
import { createProgress, type Progress, STEPS_OF } from './progress';
import { openReport } from './report';
import { openShopFile, STDIN } from './shopFile';
import { findShift, type Survey, surveyFile } from './survey';

/** Settings of an import. */
export interface ImportSettings {
  readonly api: ApiClient;
  /** Path of the file, or `-` for the standard input. */
  readonly file: string;
  readonly reportFile: string;
  /** Current time; later rows are not imported. */
  readonly now: Date;
  /** Days from payment to delivery if the file has no deliveries. */
  readonly deliveryDays?: number;
  /**
   * Number of days to move the file's times; `to-now`: so that the newest is today, see {@link findShift}.
   * @default 0
   */
  readonly shift?: number | 'to-now';
  /** Survey of this file, if the caller already has one. */
  readonly survey?: Survey;
  readonly codeFor?: (order: ImportedOrder) => string | undefined;
  readonly categoryFor?: (product: ProductItem) => string | undefined;
  /** Abort to stop after requests in progress. */
  readonly signal?: AbortSignal;
  /** @default a bar or lines on the standard error */
  readonly startProgress?: typeof createProgress;
  /** Called with the progress display, for other messages. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Result of an import. */
export interface ImportResult {
  /** False when it was stopped before the end of the file. */
  readonly finished: boolean;
  /** One per currency; complete only if finished. */
  readonly reconciliations: readonly Reconciliation[];
  readonly orders: number;
  readonly returns: number;
  readonly rejected: number;
  readonly shiftDays: number;
  readonly seconds: number;
}

/**
 * Imports a file through the API, writes the report and reports progress to the API. Running it again changes nothing
 * that exists, and continues where an earlier run stopped.
 *
 * @throws CommandError when the file or the report cannot be used
 * @throws UnknownHeaderError when the header matches no format
 * @throws ApiError or ApiUnavailable when the API cannot be used; rows imported until then stay
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
  // What a person imports is audited once, as an import.
  const partOf = run.id === undefined ? api : withHeaders(api, { [IMPORT_HEADER]: run.id });
  const counts = { orders: 0, returns: 0, rejected: 0 };
  const done = { steps: 0, orders: 0, rejected: 0 };
  const onDone = ({ kind }: ImportItem) => {
    done.steps += STEPS_OF[kind];
    if (kind === 'rejected') done.rejected += 1;
    if (kind === 'order') done.orders += 1;
    progress.update(done);
  };
  try {
    for await (const outcome of applyItems(itemsOf(source, importer), { ...settings, api: partOf, onDone })) {
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

/** Counts rows actually imported and rejected; the importer only counts what it emitted. */
function createTally() {
  const tallies = new Map<string, Reconciliation>();
  const of = (currency: string) => {
    const tally = tallies.get(currency) ?? emptyReconciliation(currency);
    tallies.set(currency, tally);
    return tally;
  };
  return {
    count: (item: ImportItem) => countItem(of(currencyOf(item)), item),
    /** Compares it with the file. */
    against(file: readonly Reconciliation[]): Reconciliation[] {
      for (const { currency, rows, unknownRows, fileTotal } of file)
        Object.assign(of(currency), { rows, unknownRows, fileTotal });
      return [...tallies.values()];
    },
  };
}
