import { createImporter, createShiftFinder, type ImportedOrder } from '../domain/imports/shopExport';
import { type ApiClient, ApiError } from './client';
import { CommandError } from './connect';
import { STEPS_OF } from './progress';
import { openShopFile } from './shopFile';

/** Result of a first pass through the file. */
export interface Survey {
  /** Amount of work, by `STEPS_OF`. Some rows may turn out to be in the future. */
  readonly steps: number;
  readonly orders: number;
  /** Days that move the newest time of the file to now. */
  readonly shiftDays: number;
  /** Orders whose rows are too far apart. */
  readonly scattered: ReadonlySet<string>;
  /** The first orders, with their times as in the file. */
  readonly firstOrders: readonly ImportedOrder[];
}

/** More than can be in progress, so that an interrupted import left at least one of these behind. */
const FIRST_ORDERS = 100;

/** Later than all times, so that no row is rejected as future before it is shifted. */
const END_OF_TIME = '9999-12-31T23:59:59Z';

/**
 * Reads the whole file once before the import, to determine the amount of work and the shift.
 *
 * @param now RFC 3339
 * @throws CommandError when the file cannot be read to its end
 * @throws UnknownHeaderError when its header matches no format
 */
export async function surveyFile(file: string, now: string): Promise<Survey> {
  const { header, rows } = await openShopFile(file);
  const importer = createImporter({ header, now: END_OF_TIME });
  const shift = createShiftFinder({ header, now });
  const firstOrders: ImportedOrder[] = [];
  const scattered = new Set<string>();
  let steps = 0;
  let orders = 0;
  const take = (items: ReturnType<typeof importer.end>) => {
    for (const item of items) {
      steps += STEPS_OF[item.kind];
      if (item.kind === 'rejected' && item.reason === 'order_already_complete') scattered.add(item.orderId);
      if (item.kind !== 'order') continue;
      orders += 1;
      if (firstOrders.length < FIRST_ORDERS) firstOrders.push(item.order);
    }
  };
  for await (const { row, fields, fault } of rows) {
    if (fault === undefined) shift.row(fields);
    take(importer.row(row, fields, fault));
  }
  take(importer.end());
  return { steps, orders, shiftDays: shift.shiftDays(), scattered, firstOrders };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Determines by how many days to move a file's times to the present. If an order of the file exists, it is the same
 * number as then: a second run on another day must send the same times, otherwise every order would be refused as
 * different.
 *
 * @param survey of the file; none for the standard input, which is read only once
 * @throws CommandError when there is no survey
 */
export async function findShift(api: ApiClient, survey: Survey | undefined): Promise<number> {
  if (!survey) {
    throw new CommandError('--shift-to-now reads the file twice, so the standard input cannot be used.');
  }
  const earlier = await Promise.all(
    survey.firstOrders.map(async ({ externalId, paidAt }) => {
      const known = await findOrder(api, externalId);
      return known && wholeDays(paidAt, known.paidAt);
    }),
  );
  return earlier.find((days) => days !== undefined) ?? survey.shiftDays;
}

async function findOrder(api: ApiClient, id: string): Promise<{ paidAt: string } | undefined> {
  try {
    return await api.request('GET', `/v1/orders/${encodeURIComponent(id)}`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Whole days between two times. If only one is in summer time, the difference is off by an hour;
 * an order of another file with the same number can differ by any amount.
 */
function wholeDays(from: string, to: string): number | undefined {
  const difference = Date.parse(to) - Date.parse(from);
  const days = Math.round(difference / DAY_MS);
  return [0, HOUR_MS].includes(Math.abs(difference - days * DAY_MS)) ? days : undefined;
}
