import type { IdempotencyKey } from '../api/client';
import { api, data } from '../api/client';
import type { paths } from '../api/schema';

type Request = paths['/v1/bulk-actions']['post']['requestBody']['content']['application/json'];

/** Names of bulk actions. */
export type BulkActionName = Request['action'];

/**
 * Starts a bulk action of a list in the background; used as `run` of `BulkAction`, whose fields are its input.
 * @returns address of the page that shows its progress
 */
export function bulkRun(action: BulkActionName) {
  return async (ids: string[], input: Record<string, unknown>, header: IdempotencyKey): Promise<string> => {
    // The server checks the input of each action and names the field that is not valid.
    const body = { action, ids, input } as Request;
    const bulk = await data(api.POST('/v1/bulk-actions', { params: { header }, body }));
    return `/bulk-actions/${bulk.id}`;
  };
}
