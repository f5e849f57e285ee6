import { type CompiledPlan, compilePlan } from '../domain/commission';
import { type PlanTerms, planTermsSchema } from '../domain/plan';
import type { Pool } from './pool';

/** One version of a plan, prepared for computing. */
export interface LoadedPlan {
  id: number;
  terms: PlanTerms;
  compiled: CompiledPlan;
}

/**
 * Gives plans by id and keeps those it has read: an activated version never changes, so a process reads it once.
 * @param pool where plans are
 */
export function createPlanReader(pool: Pool): (id: number) => Promise<LoadedPlan> {
  const known = new Map<number, LoadedPlan>();
  return async (id) => {
    const kept = known.get(id);
    if (kept) return kept;
    const { rows } = await pool.query<{ terms: unknown }>(
      'SELECT terms FROM commission_plans WHERE id = $1',
      [id],
    );
    if (!rows[0]) throw new RangeError(`there is no commission plan ${id}`);
    const terms = planTermsSchema.parse(rows[0].terms);
    const plan = { id, terms, compiled: compilePlan(terms) };
    known.set(id, plan);
    return plan;
  };
}
