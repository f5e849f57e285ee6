import { createPlanReader } from '../../../database/plans';
import type { ApiContext } from '../../http/endpoint';

// One reader, and so one set of plans read, for each app.
const readers = new WeakMap<ApiContext, ReturnType<typeof createPlanReader>>();

/** Gives the versions of the plan by id; each is read once. */
export function planReader(context: ApiContext): ReturnType<typeof createPlanReader> {
  const reader = readers.get(context) ?? createPlanReader(context.pool);
  readers.set(context, reader);
  return reader;
}
