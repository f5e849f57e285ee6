import { createHash } from 'node:crypto';
import { type Reporter, SHOP } from '../../database/journal';
import type { LoadedPlan } from '../../database/plans';
import type { Pool } from '../../database/pool';
import { refuse } from '../../database/refusal';
import { type Attribution, attribute, type Candidate } from '../../domain/attribution';
import { lineCommissions } from '../../domain/commission';
import type { OrderPayment } from '../../domain/order';
import { normaliseReferralCode } from '../../domain/referralCode';
import { notAccruedBy, rankBy, takesNoOrders } from '../../domain/restriction';

/**
 * Tiers are free texts, of distributors and of the rules of plans, and nothing tells their order yet: none is ranked, so
 * the tier of a restriction applies also to who has a lower one.
 */
const tierRank = rankBy([]);

interface PaymentContext {
  planId: number | null;
  byCode: Candidate | null;
  byBinding: Candidate | null;
  uplines: Candidate[];
  sameDevice: string[];
  products: { sku: string; category: string | null }[];
}

// One round trip for all that decides an order. The plan is the one in force when the order was paid; an order older
// than the first plan falls under the first, so that past orders can be imported. Restrictions are those that were open
// when it was paid, lifted since or not. Sponsors are followed 50 levels up, far beyond any lawful tree, to find the
// next active one.
const readContext = `
  WITH RECURSIVE candidate AS (
    SELECT
      (SELECT d.id FROM distributors d WHERE d.referral_code = ANY ($1::text[])
       ORDER BY array_position($1::text[], d.referral_code) LIMIT 1) AS by_code,
      (SELECT b.distributor_id FROM customer_bindings b WHERE b.customer_id = $2 AND b.bound_at <= $4
       ORDER BY b.bound_at DESC, b.order_id DESC LIMIT 1) AS by_binding,
      (SELECT b.bound_at FROM customer_bindings b WHERE b.customer_id = $2 AND b.bound_at <= $4
       ORDER BY b.bound_at DESC, b.order_id DESC LIMIT 1) AS bound_at,
      coalesce(
        (SELECT p.id FROM commission_plans p WHERE p.effective_from <= $4 ORDER BY p.effective_from DESC LIMIT 1),
        (SELECT p.id FROM commission_plans p WHERE p.effective_from IS NOT NULL ORDER BY p.effective_from LIMIT 1)
      ) AS plan_id
  ), bound AS (
    SELECT c.by_code, c.plan_id,
      CASE WHEN c.bound_at + make_interval(secs => 86400 * coalesce((p.terms ->> 'attributionDays')::numeric, 0)::double precision) >= $4
        THEN c.by_binding END AS by_binding
    FROM candidate c LEFT JOIN commission_plans p ON p.id = c.plan_id
  ), tree AS (
    SELECT d.sponsor_id AS id, 1 AS depth FROM bound JOIN distributors d ON d.id = coalesce(by_code, by_binding)
    UNION ALL
    SELECT d.sponsor_id, t.depth + 1 FROM tree t JOIN distributors d ON d.id = t.id WHERE t.depth < 50
  ), person AS (
    SELECT d.id, jsonb_build_object('id', d.id, 'tier', d.tier, 'shopCustomerId', d.shop_customer_id,
      'terminated', coalesce(d.terminated_at <= $4, false),
      'restrictions', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'effect', r.effect, 'category', r.category,
          'sku', r.sku, 'tier', r.tier) ORDER BY r.placed_at DESC, r.id), '[]')
        FROM restrictions r
        WHERE r.distributor_id = d.id AND r.commission_id IS NULL AND r.amount IS NULL AND restriction_open(r, $4))) AS facts
    FROM distributors d WHERE d.id IN (SELECT by_code FROM bound UNION ALL SELECT by_binding FROM bound UNION ALL SELECT id FROM tree)
  )
  SELECT b.plan_id AS "planId",
    (SELECT facts FROM person WHERE id = b.by_code) AS "byCode",
    (SELECT facts FROM person WHERE id = b.by_binding) AS "byBinding",
    (SELECT coalesce(jsonb_agg(p.facts ORDER BY t.depth), '[]') FROM tree t JOIN person p ON p.id = t.id) AS uplines,
    (SELECT coalesce(jsonb_agg(id), '[]') FROM customers WHERE device_id = $3) AS "sameDevice",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'category', category)), '[]') FROM products WHERE sku = ANY ($5)) AS products
  FROM bound b`;

// Of the machine that reports thousands of orders the event alone is kept.
const auditOrder = `
    INSERT INTO audit_entries (actor_id, actor, action, subject, event_key, after, request_id)
    SELECT $17::uuid, $16, 'order.create', 'order/' || key_part(o.id), 'paid', $19::jsonb, $20 FROM o`;

// The whole order in one statement: it is there with its commissions and transfers, or not at all. A second delivery
// of the same order finds the row and writes nothing.
//
// Restrictions that were open when it was paid ($15) stay so until it is recorded: who voids or moves one waits, and
// then finds the order among those to be put right. Where one of them was voided or moved meanwhile, nothing is written.
const insertOrder = (audited: boolean) => `
  WITH restricting AS MATERIALIZED (
    SELECT r.id FROM restrictions r WHERE r.id = ANY ($15::uuid[]) AND restriction_open(r, $5) ORDER BY r.id FOR SHARE
  ), unchanged AS MATERIALIZED (
    SELECT count(*) = cardinality($15::uuid[]) AS unchanged FROM restricting
  ), o AS (
    INSERT INTO orders (id, external_id, fingerprint, customer_id, currency, paid_at, region, distributor_id, attribution, plan_id)
    SELECT $1, $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM unchanged WHERE unchanged
    ON CONFLICT (id) DO NOTHING RETURNING id
  ), customer AS (
    INSERT INTO customers (id, external_id, device_id) SELECT $3, $3, $10 FROM o WHERE $3::text IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET device_id = EXCLUDED.device_id
    WHERE EXCLUDED.device_id IS NOT NULL AND customers.device_id IS DISTINCT FROM EXCLUDED.device_id
  ), binding AS (
    INSERT INTO customer_bindings (customer_id, bound_at, distributor_id, order_id)
    SELECT $3, $5, $7, o.id FROM o WHERE $11 ON CONFLICT DO NOTHING
  ), line AS (
    INSERT INTO order_lines (order_id, line_id, position, sku, category, quantity, unit_price, discount, net_amount)
    SELECT o.id, n."lineId", n.position, n.sku, n.category, n.quantity, n."unitPrice", n.discount, n."netAmount"
    FROM o, jsonb_to_recordset($12::jsonb) AS n ("lineId" text, position integer, sku text, category text,
      quantity integer, "unitPrice" bigint, discount bigint, "netAmount" bigint)
  ), product AS (
    INSERT INTO products (sku, name, price, currency)
    SELECT DISTINCT ON (n.sku) n.sku, n.sku, n."unitPrice", $4
    FROM o, jsonb_to_recordset($12::jsonb) AS n (sku text, "unitPrice" bigint, known boolean)
    WHERE NOT n.known ORDER BY n.sku ON CONFLICT DO NOTHING
  ), earned AS (
    INSERT INTO commissions (order_id, line_id, level, distributor_id, currency, original_amount, amount, rule, automatic,
      state, not_accrued_by)
    SELECT o.id, n."lineId", n.level, n."distributorId", $4, n.amount, n.amount, n.rule, $14,
      CASE WHEN n."notAccruedBy" IS NULL THEN 'held' ELSE 'not_accrued' END, n."notAccruedBy"
    FROM o, jsonb_to_recordset($13::jsonb) AS n ("lineId" text, level smallint, "distributorId" uuid, amount bigint, rule jsonb,
      "notAccruedBy" uuid[])
    RETURNING id, distributor_id, amount, state
  ), posted AS (
    INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
    SELECT 'commission/' || e.id || '/accrue', 'commission_expense', 'held', e.distributor_id, $4, e.amount, e.id, $5
    FROM earned e WHERE e.amount > 0 AND e.state = 'held'
  ), unqueued AS (
    DELETE FROM accepted_orders WHERE id = $1
  ), refused_before AS (
    DELETE FROM early_events WHERE order_id = $1 AND key = 'paid'
  ), reported AS (
    INSERT INTO events (subject, key, type, actor, actor_id, occurred_at, data)
    SELECT 'order/' || key_part(o.id), 'paid', 'paid', $16, $17::uuid, $5, $18::jsonb FROM o
  )${audited ? `, audited AS (${auditOrder})` : ''}
  SELECT EXISTS (SELECT 1 FROM o) AS inserted, unchanged FROM unchanged`;

/**
 * Records a paid order: attributes it, computes every commission and posts what is accrued, all or nothing.
 * @param by who sent it
 * @returns true when it is new, false when the very same order was recorded before
 * @throws a refusal when no plan is in force, or when the order number is known with another content
 */
export async function insertPayment(
  pool: Pool,
  planById: (id: number) => Promise<LoadedPlan>,
  payment: OrderPayment,
  by: Reporter = SHOP,
): Promise<boolean> {
  let result = await tryInsert(pool, planById, payment, by);
  while (!result.unchanged) result = await tryInsert(pool, planById, payment, by);
  if (result.inserted) return true;
  await isKnownOrder(pool, payment);
  return false;
}

/** @returns `unchanged`: false where a restriction it was judged by has changed, and nothing was written */
async function tryInsert(
  pool: Pool,
  planById: (id: number) => Promise<LoadedPlan>,
  payment: OrderPayment,
  by: Reporter,
): Promise<{ inserted: boolean; unchanged: boolean }> {
  const context = await readPaymentContext(pool, payment);
  if (context.planId === null) {
    throw refuse({
      code: 'no_plan_in_force',
      status: 409,
      message: 'No commission plan is active. Create and activate one first.',
    });
  }
  const plan = await planById(context.planId);
  const attribution = attributePayment(payment, context, plan);
  const categories = new Map(context.products.map((product) => [product.sku, product.category]));
  const lines = payment.lines.map((line, position) => ({
    ...line,
    position,
    discount: line.discount ?? 0,
    netAmount: line.quantity * line.unitPrice - (line.discount ?? 0),
    category: categories.get(line.sku) ?? null,
    known: categories.has(line.sku),
  }));
  const people = [context.byCode, context.byBinding, ...context.uplines].filter((one) => one !== null);
  const byId = new Map(people.map((one) => [one.id, one]));
  const seller = attribution.distributorId === null ? undefined : byId.get(attribution.distributorId);
  const commissions = lines.flatMap((line) =>
    lineCommissions(line, payment.currency, attribution.chain, plan.compiled, (id) =>
      notAccruedBy(seller!, byId.get(id)!, line),
    ),
  );
  // Each order with a code restarts the binding period, also with the same distributor. A distributor that takes no
  // orders binds no customer, and a guest has no later orders to bind.
  const binds =
    attribution.reason === 'code' &&
    payment.customer?.externalId !== undefined &&
    seller !== undefined &&
    !takesNoOrders(seller);
  const { rows } = await pool.query<{ inserted: boolean; unchanged: boolean }>({
    name: by.audited ? 'insert-audited-order' : 'insert-order',
    text: insertOrder(by.audited),
    values: [
      payment.externalId,
      fingerprint(payment),
      payment.customer?.externalId ?? null,
      payment.currency,
      payment.paidAt,
      payment.shipTo.region,
      attribution.distributorId,
      JSON.stringify(attribution),
      plan.id,
      payment.customer?.deviceId ?? null,
      binds,
      JSON.stringify(lines),
      JSON.stringify(commissions),
      plan.terms.automaticRelease,
      [...new Set(people.flatMap(({ restrictions }) => restrictions.map(({ id }) => id)))],
      by.name,
      by.userId,
      JSON.stringify(by.importId ? { importId: by.importId } : {}),
      ...(by.audited
        ? [
            JSON.stringify({
              amount: lines.reduce((sum, line) => sum + line.netAmount, 0),
              currency: payment.currency,
              distributorId: attribution.distributorId,
            }),
            by.requestId,
          ]
        : []),
    ],
  });
  return rows[0]!;
}

async function readPaymentContext(pool: Pool, payment: OrderPayment): Promise<PaymentContext> {
  const { rows } = await pool.query<PaymentContext>({
    name: 'payment-context',
    text: readContext,
    values: [
      // As a shop hands it on, or as a person typed it.
      payment.attributionCode === undefined
        ? []
        : [payment.attributionCode, normaliseReferralCode(payment.attributionCode)],
      payment.customer?.externalId ?? null,
      payment.customer?.deviceId ?? null,
      payment.paidAt,
      payment.lines.map((line) => line.sku),
    ],
  });
  return rows[0] as PaymentContext;
}

function attributePayment(payment: OrderPayment, context: PaymentContext, plan: LoadedPlan): Attribution {
  return attribute({
    code: payment.attributionCode ?? null,
    byCode: context.byCode,
    byBinding: context.byBinding,
    uplines: context.uplines,
    buyerCustomerIds: [payment.customer?.externalId ?? [], context.sameDevice].flat(),
    levels: plan.terms.levels.length,
    inactiveUpline: plan.terms.inactiveUpline,
    tierRank,
  });
}

/** What makes two deliveries of an order the same order: all that decides its money. */
export function fingerprint(payment: OrderPayment): Buffer {
  const content = [
    Date.parse(payment.paidAt),
    payment.currency,
    payment.customer?.externalId ?? null,
    payment.customer?.deviceId ?? null,
    payment.attributionCode ?? null,
    payment.shipTo.region,
    payment.lines.map((line) => [line.lineId, line.sku, line.quantity, line.unitPrice, line.discount ?? 0]),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest();
}

/**
 * Whether this very order was recorded before.
 * @throws a refusal when its number is known with another content
 */
export async function isKnownOrder(pool: Pool, payment: OrderPayment): Promise<boolean> {
  const { rows } = await pool.query<{ fingerprint: Buffer }>({
    name: 'order-fingerprint',
    text: 'SELECT fingerprint FROM orders WHERE id = $1',
    values: [payment.externalId],
  });
  if (!rows[0]) return false;
  if (rows[0].fingerprint.equals(fingerprint(payment))) return true;
  throw refuse({
    code: 'order_differs',
    status: 409,
    message: `Order ${payment.externalId} already exists with different content. Send changes as events: cancel, returns.`,
  });
}
