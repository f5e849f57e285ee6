import type { IdempotencyKey } from '../api/client';
import { api, data } from '../api/client';
import type { paths } from '../api/schema';

type Request = paths['/v1/bulk-actions']['post']['requestBody']['content']['application/json'];

/** What can be done to many things as one bulk action. */
export type BulkActionName = Request['action'];

/**
 * Runs a bulk action of a list in the background; made for `run` of `BulkAction`, whose fields are its input.
 * @returns address of the page that shows its progress
 */
export function bulkRun(action: BulkActionName) {
  return async (ids: string[], input: Record<string, unknown>, header: IdempotencyKey): Promise<string> => {
    // Which input belongs to which action the server checks, and names the field where it does not fit.
    const body = { action, ids, input } as Request;
    const bulk = await data(api.POST('/v1/bulk-actions', { params: { header }, body }));
    return `/bulk-actions/${bulk.id}`;
  };
}
