import { beneficiaries, expectCommission, expectLine, type Fact, ruleOf, within } from './model';
import { PRODUCTS } from './orderStory';
import type { OrderRecord, World } from './world';

/** An order in answers, as far as it is looked at. */
export interface OrderView {
  state: string;
  planId: string;
  lines: {
    lineId: string;
    state: string;
    returnedQuantity: number;
    deliveredAt: string | null;
    windowEndsAt: string | null;
  }[];
  returns: { id: string; state: string; requestedAt: string; resolvedAt: string | null }[];
  commissions: CommissionView[];
  unappliedEvents: { type: string; state: string; returnId: string | null }[];
}

interface CommissionView {
  id: string;
  lineId: string;
  level: number;
  distributorId: string;
  amount: { amount: number };
  state: string;
  releasedAt: string | null;
}

interface Released {
  /** Commissions that a release run says to have released; undefined where that is not known. */
  has(id: string): boolean;
}

/** Compares one order with the model. */
export function compareOrder(
  world: World,
  record: OrderRecord,
  order: OrderView | null,
  { settled, released }: { settled: boolean; released?: Released },
): string[] {
  const { story, payment, paidAt } = record;
  if (!order)
    return payment === 'recorded' || (settled && payment === 'stored') ? ['was paid and is not there'] : [];
  if (payment === 'unsent') return ['is there and was never paid'];
  const problems: string[] = [];
  const plan = world.plans.find((one) => String(one.id) === order.planId);
  if (!plan) return [`has plan ${order.planId}, which nobody made`];
  if (!planFits(world, plan, paidAt)) problems.push(`fell under plan ${order.planId}`);
  const now = Date.now();
  const facts = factsOf(record, order);
  const windowMs = plan.terms.returnWindowDays * 86_400_000;
  const seller = story.seller === null ? null : world.distributors[story.seller]!;
  const chain = seller ? beneficiaries(plan.terms, seller, paidAt) : [];
  const left = [...order.commissions];
  for (const line of story.lines) {
    const view = order.lines.find((one) => one.lineId === line.lineId)!;
    const category = PRODUCTS.find((product) => product.sku === line.sku)!.category;
    const expected = expectLine({ ...line, category }, facts, windowMs, {
      ...{ now, settled },
      recordedFrom: record.recorded.sent,
    });
    const about = `line ${line.lineId}`;
    if (!expected.states.has(view.state))
      problems.push(`${about} is ${view.state}, not ${[...expected.states].join(' or ')}`);
    if (view.returnedQuantity !== expected.returned)
      problems.push(`${about}: ${view.returnedQuantity} returned, not ${expected.returned}`);
    const hasReturns = facts.some(
      (fact) => fact.type === 'return' && fact.lines.some((one) => one.lineId === line.lineId),
    );
    const end = view.windowEndsAt === null ? null : Date.parse(view.windowEndsAt);
    const ends = [expected.windowEnd, ...(view.state === 'closed' ? expected.laterEnds : [])];
    if (!hasReturns && !ends.some((one) => end === (one === null ? null : Math.round(one))))
      problems.push(`${about}: its window ends at ${view.windowEndsAt}, not ${isoOf(expected.windowEnd)}`);
    for (const { level, distributor, accrued } of chain) {
      const place = left.findIndex((one) => one.lineId === line.lineId && one.level === level);
      const [commission] = place < 0 ? [] : left.splice(place, 1);
      if (distributor === 'open') continue;
      if (!commission) {
        problems.push(`${about} has no commission of level ${level}`);
        continue;
      }
      if (commission.distributorId !== distributor.id)
        problems.push(`${about}, level ${level} is another distributor's`);
      const periods = world.holds.get(commission.id) ?? [];
      const wanted = (inRun: boolean) =>
        expectCommission({
          ...{ line: { ...line, category }, expected, lineState: view.state, accrued, inRun, settled },
          earning: ruleOf(plan.terms, level, { ...line, category }, distributor.tier),
          automatic: plan.terms.automaticRelease,
          onHold: periods.some((period) => !period.until),
          suspensions: distributor.suspensions,
        });
      const { amount, states } = wanted(released?.has(commission.id) ?? false);
      if (!released) for (const state of wanted(true).states) states.add(state);
      const name = `commission ${commission.id} of ${about}, level ${level}`;
      if (commission.amount.amount !== amount)
        problems.push(`${name} is ${commission.amount.amount}, not ${amount}`);
      if (!states.has(commission.state))
        problems.push(`${name} is ${commission.state}, not ${[...states].join(' or ')}`);
      const at = commission.releasedAt === null ? undefined : Date.parse(commission.releasedAt);
      if (at !== undefined && within(distributor.suspensions, at) === 'yes')
        problems.push(`${name} was released while its distributor was suspended`);
      if (at !== undefined && within(periods, at) === 'yes')
        problems.push(`${name} was released while it was on hold`);
    }
  }
  if (left.length > 0) problems.push(`has ${left.length} commissions that nobody earned`);
  if (settled) problems.push(...compareOpen(order, facts));
  return problems;
}

/** What has to be over when all is done. */
function compareOpen(order: OrderView, facts: readonly Fact[]): string[] {
  const isDone = order.lines.every(({ state }) => ['closed', 'returned', 'canceled'].includes(state));
  const isAwaited = order.returns.some(({ state }) => state === 'requested');
  const asked = new Set(facts.flatMap((fact) => (fact.type === 'return' ? fact.returnId : [])));
  const unapplied = order.unappliedEvents.filter(
    ({ state, returnId }) => state === 'refused' || returnId === null || asked.has(returnId),
  );
  return [
    ...(isDone && !isAwaited && order.state === 'open' ? ['is open though nothing is awaited'] : []),
    ...(!isDone && order.state === 'closed' ? ['is closed though something is awaited'] : []),
    ...unapplied.map(({ type, state }) => `its event ${type} is ${state}`),
  ];
}

function isoOf(time: number | null): string {
  return time === null ? 'never' : new Date(time).toISOString();
}

/** The plan of an order is the last one that was in force when it was paid. */
function planFits({ plans }: World, plan: World['plans'][number], paidAt: number): boolean {
  const next = plans[plans.indexOf(plan) + 1];
  return paidAt >= plan.activated.sent && (!next || paidAt <= next.activated.answered);
}

/**
 * What was sent without a time happened when it arrived: the system says when that was. What was kept for later is known
 * since the order is recorded.
 */
function factsOf(record: OrderRecord, order: OrderView): Fact[] {
  const untimed = new Set(
    [...record.sent].flatMap(([index, { isTimed }]) => {
      const message = record.story.messages[index]!;
      return isTimed || !('returnId' in message) ? [] : [`${message.type}/${message.returnId}`];
    }),
  );
  return record.facts.map((told) => {
    const isEarly = told.told.answered === Number.POSITIVE_INFINITY;
    const fact = isEarly ? { ...told, told: { ...told.told, answered: record.recorded.answered } } : told;
    if (!('returnId' in fact) || !untimed.has(`${fact.type}/${fact.returnId}`)) return fact;
    const view = order.returns.find((one) => one.id === fact.returnId);
    const time = fact.type === 'return' ? view?.requestedAt : view?.resolvedAt;
    return time ? { ...fact, at: Date.parse(time) } : fact;
  });
}
