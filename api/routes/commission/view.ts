import type { LoadedPlan } from '../../../database/plans';
import type { Pool } from '../../../database/pool';
import { obstaclesOf } from '../../../database/restrictions';
import type { Attribution } from '../../../domain/attribution';
import { type RuleTrace, traceRules } from '../../../domain/commission';
import { arithmetic, type Obstacle, type StoredObstacle, whyNotPaid } from '../../../domain/explanation';
import type { StateOf } from '../../../domain/kinds';
import type { LineState } from '../../../domain/order';
import type { Earning } from '../../../domain/plan';
import { attributionFor } from '../order/view';

interface StoredExplanation {
  id: string;
  orderId: string;
  lineId: string;
  level: number;
  distributorId: string;
  distributorName: string;
  state: StateOf<'commission'>;
  currency: string;
  amount: number;
  originalAmount: number;
  automatic: boolean;
  dueAt: string | null;
  releasedAt: string | null;
  rule: { matched: string; earning: Earning; tier: string };
  paidAt: string;
  attribution: Attribution;
  planId: number;
  planName: string;
  line: {
    sku: string;
    category: string | null;
    quantity: number;
    returnedQuantity: number;
    netAmount: number;
    state: LineState;
    windowEndsAt: string | null;
  };
  obstacles: StoredObstacle[];
  holds: {
    id: string;
    reason: string;
    note: string | null;
    placedAt: string;
    liftedAt: string | null;
    voidedAt: string | null;
  }[];
  transfers: {
    key: string;
    from: string;
    to: string;
    amount: number;
    occurredAt: string;
    recordedAt: string;
  }[];
  pendingRun: { id: string; state: string } | null;
}

/** Why a commission is this amount, and why it is not paid yet. */
export interface Explanation extends Omit<StoredExplanation, 'planId' | 'planName' | 'obstacles'> {
  plan: { id: string; name: string };
  /** Every kind of rule in the order it was tried. */
  rulesTried: RuleTrace[];
  arithmetic: { original: string; now: string };
  whyNotPaid: Obstacle[];
}

const select = `
  SELECT json_build_object(
    'id', c.id::text, 'orderId', c.order_id, 'lineId', c.line_id, 'level', c.level, 'distributorId', c.distributor_id,
    'distributorName', d.name,
    'state', c.state, 'currency', c.currency, 'amount', c.amount,
    'originalAmount', c.original_amount, 'automatic', c.automatic, 'dueAt', c.due_at, 'releasedAt', c.released_at,
    'rule', c.rule, 'paidAt', o.paid_at, 'attribution', ${attributionFor('$2::uuid')}, 'planId', o.plan_id, 'planName', p.name,
    'line', json_build_object('sku', l.sku, 'category', l.category, 'quantity', l.quantity,
      'returnedQuantity', l.returned_quantity, 'netAmount', l.net_amount, 'state', l.state, 'windowEndsAt', l.window_ends_at),
    'obstacles', ${obstaclesOf('c.id', '$2::uuid IS NULL')},
    'holds', (SELECT coalesce(json_agg(json_build_object('id', r.id, 'reason', r.reason,
        'note', CASE WHEN $2::uuid IS NULL THEN r.note END,
        'placedAt', r.placed_at, 'voidedAt', r.voided_at,
        'liftedAt', CASE WHEN r.lifted_at IS NULL AND r.effective_until <= now() THEN r.effective_until ELSE r.lifted_at END) ORDER BY r.placed_at, r.id), '[]')
      FROM restrictions r WHERE r.commission_id = c.id OR r.id = ANY (c.not_accrued_by)),
    'transfers', (SELECT coalesce(json_agg(json_build_object('key', t.key, 'from', t.from_account, 'to', t.to_account,
        'amount', t.amount, 'occurredAt', t.occurred_at, 'recordedAt', t.recorded_at) ORDER BY t.id), '[]')
      FROM transfers t WHERE t.commission_id = c.id),
    'pendingRun', (SELECT json_build_object('id', r.id, 'state', r.state)
      FROM release_waiting w JOIN release_runs r ON r.id = w.run_id WHERE w.commission_id = c.id)
  ) AS explanation
  FROM commissions c
  JOIN orders o ON o.id = c.order_id
  JOIN order_lines l ON l.order_id = c.order_id AND l.line_id = c.line_id
  JOIN commission_plans p ON p.id = o.plan_id
  JOIN distributors d ON d.id = c.distributor_id
  WHERE c.id = $1 AND ($2::uuid IS NULL OR c.distributor_id = $2)`;

/**
 * Explains one commission from what is stored with it: the pinned plan and rule, the line, every transfer and restriction.
 * @param distributorId when set, only a commission of this distributor
 */
export async function explainCommission(
  pool: Pool,
  planById: (id: number) => Promise<LoadedPlan>,
  id: number,
  distributorId: string | null,
): Promise<Explanation | undefined> {
  const { rows } = await pool.query<{ explanation: StoredExplanation }>(select, [id, distributorId]);
  const stored = rows[0]?.explanation;
  if (!stored) return undefined;
  const { planId, planName, obstacles, ...shown } = stored;
  const { line, rule, level, currency, originalAmount, amount } = stored;
  const plan = await planById(planId);
  const remaining = line.state === 'canceled' ? 0 : line.quantity - line.returnedQuantity;
  return {
    ...shown,
    plan: { id: String(planId), name: planName },
    rulesTried: traceRules(plan.compiled, level, {
      sku: line.sku,
      category: line.category,
      tier: rule.tier,
      currency,
    }),
    arithmetic: {
      original: arithmetic(rule.earning, line.netAmount, line.quantity, line.quantity, originalAmount),
      now: arithmetic(rule.earning, line.netAmount, line.quantity, remaining, amount),
    },
    whyNotPaid: whyNotPaid({ obstacles, pendingRun: stored.pendingRun }),
  };
}
