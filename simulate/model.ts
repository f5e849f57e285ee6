/*
 * What must come out, computed from design and docs alone: nothing of `domain/` is used here. A second opinion about
 * return windows, commissions, rounding and balances. Times are milliseconds since 1970, amounts minor units.
 */

/** From when to when something was asked for and answered: it happened somewhere in between. */
export interface Moment {
  sent: number;
  answered: number;
}

/** A period whose ends are known as closely as the one who asked for them can know. */
export interface Period {
  from: Moment;
  until?: Moment;
}

/** Whether an instant is in one of the periods: for sure, for sure not, or too close to tell. */
export function within(periods: readonly Period[], at: number): 'yes' | 'no' | 'open' {
  let answer: 'no' | 'open' = 'no';
  for (const { from, until } of periods) {
    if (at < from.sent || (until && at > until.answered)) continue;
    if (at > from.answered && (!until || at < until.sent)) return 'yes';
    answer = 'open';
  }
  return answer;
}

type Earning = { rateBp: number } | { fixed: number; currency: string };

/** Terms of a plan, as they are sent to the API. */
export interface Terms {
  returnWindowDays: number;
  automaticRelease: boolean;
  inactiveUpline: 'forfeit' | 'next_up';
  levels: {
    default: Earning;
    rules: { sku?: string; category?: string; tier?: string; earning: Earning }[];
  }[];
}

export interface ModelDistributor {
  id: string;
  code: string;
  tier: string;
  sponsor: ModelDistributor | null;
  suspensions: Period[];
}

/** What was accepted about an order: when it happened, and when the system was told so. */
export type Fact = { at: number; told: Moment } & (
  | { type: 'ship' | 'deliver' | 'cancel'; lineIds?: string[] }
  | { type: 'return'; returnId: string; lines: { lineId: string; quantity: number }[] }
  | { type: 'refund' | 'reject'; returnId: string }
);

export interface ModelLine {
  lineId: string;
  sku: string;
  category: string | null;
  quantity: number;
  unitPrice: number;
  discount: number;
}

/** Half a unit and more is rounded up. Exact: the product of two safe integers is not always one. */
function divideHalfUp(numerator: bigint, denominator: bigint): number {
  return Number((2n * numerator + denominator) / (2n * denominator));
}

/** What a rule pays for the units of a line that the customer keeps. */
export function earnedOn(earning: Earning, line: ModelLine, kept: number): number {
  if ('fixed' in earning) return earning.fixed * kept;
  const net = BigInt(line.quantity * line.unitPrice - line.discount);
  return divideHalfUp(net * BigInt(earning.rateBp) * BigInt(kept), 10_000n * BigInt(line.quantity));
}

/** The most specific rule: product with tier, product, category with tier, category, tier, default. */
export function ruleOf(
  { levels }: Terms,
  level: number,
  { sku, category }: ModelLine,
  tier: string,
): Earning {
  const { rules, default: otherwise } = levels[level - 1]!;
  const weight = (rule: (typeof rules)[number]) =>
    (rule.sku ? 4 : rule.category ? 2 : 0) + (rule.tier ? 1 : 0);
  const fits = (rule: (typeof rules)[number]) =>
    (rule.sku === undefined || rule.sku === sku) &&
    (rule.category === undefined || rule.category === category) &&
    (rule.tier === undefined || rule.tier === tier);
  const [best] = rules.filter(fits).sort((a, b) => weight(b) - weight(a));
  return best ? best.earning : otherwise;
}

/** A level of an order that earns something; `open` where it is too close to tell who or whether. */
export interface Beneficiary {
  level: number;
  distributor: ModelDistributor | 'open';
  accrued: 'yes' | 'no' | 'open';
}

/** Who earns on each level of an order that was paid at an instant, and whether it is accrued. */
export function beneficiaries(terms: Terms, seller: ModelDistributor, paidAt: number): Beneficiary[] {
  const isOut = ({ suspensions }: ModelDistributor) => within(suspensions, paidAt);
  let last: ModelDistributor | null = seller;
  return terms.levels.flatMap((_, index): Beneficiary[] => {
    if (index > 0) {
      last = last?.sponsor ?? null;
      while (last && terms.inactiveUpline === 'next_up' && isOut(last) === 'yes') last = last.sponsor;
    }
    if (!last) return [];
    const level = index + 1;
    // Whether the share moves up is not known.
    if (index > 0 && terms.inactiveUpline === 'next_up' && isOut(last) === 'open')
      return [{ level, distributor: 'open', accrued: 'open' }];
    const out = [isOut(seller), isOut(last)];
    const accrued = out.includes('yes') ? 'no' : out.includes('open') ? 'open' : 'yes';
    return [{ level, distributor: last, accrued }];
  });
}

/** What has become of a line. */
export interface ExpectedLine {
  states: Set<string>;
  returned: number;
  /** Units that still earn something. */
  kept: number;
  deliveredAt: number | null;
  /** When the window ends if all is known in time; null while it has not begun or is paused. */
  windowEnd: number | null;
  /** When it may have been closed, by a later delivery that was reported first: what has ended stays ended. */
  laterEnds: number[];
  /** Whether the window may have been closed already, on what was known then. */
  mayBeClosed: boolean;
  /** Returns of it that are not decided. */
  openReturns: string[];
}

/**
 * What a line must be.
 * @param options.recordedFrom the earliest time at which the order can have been recorded
 * @param options.settled whether every window that has ended must have been noticed
 */
export function expectLine(
  { lineId, quantity }: ModelLine,
  facts: readonly Fact[],
  windowMs: number,
  { now, settled, recordedFrom }: { now: number; settled: boolean; recordedFrom: number },
): ExpectedLine {
  const speaks = (fact: Fact) =>
    'lineIds' in fact && fact.lineIds !== undefined && fact.lineIds.includes(lineId);
  const speaksOfAll = (fact: Fact) => !('returnId' in fact) && fact.lineIds === undefined;
  const about = (type: Fact['type']) =>
    facts.filter((fact) => fact.type === type && (speaks(fact) || speaksOfAll(fact)));
  const decided = new Map(
    facts.flatMap((fact) =>
      fact.type === 'refund' || fact.type === 'reject' ? [[fact.returnId, fact]] : [],
    ),
  );
  const returns = facts.flatMap((fact) => {
    const units = fact.type === 'return' && fact.lines.find((line) => line.lineId === lineId)?.quantity;
    return fact.type === 'return' && units ? [{ ...fact, units, decision: decided.get(fact.returnId) }] : [];
  });
  const canceled = about('cancel').length > 0;
  const returned = returns.reduce((sum, one) => sum + (one.decision?.type === 'refund' ? one.units : 0), 0);
  const deliveries = about('deliver');
  /** End of the window, on all that the system can have been told by then, and only the returns that it knew for sure. */
  const endAsOf = (time: number): number | null => {
    const known = deliveries.filter((fact) => fact.told.sent <= time).map((fact) => fact.at);
    if (known.length === 0) return null;
    const pauses = returns
      .filter((one) => one.told.answered <= time)
      .map(({ at, decision }) => ({
        start: at,
        end: decision && decision.told.sent <= time ? Math.max(decision.at, at) : undefined,
      }));
    return pausedEnd(Math.min(...known), windowMs, pauses);
  };
  const deliveredAt =
    canceled || deliveries.length === 0 ? null : Math.min(...deliveries.map((fact) => fact.at));
  const openReturns = returns.filter((one) => !one.decision).map((one) => one.returnId);
  const end = deliveredAt === null ? null : endAsOf(Number.POSITIVE_INFINITY);
  // Just before a return became known for sure, it may have been too late for it.
  const mayBeClosed = [now, ...returns.map((one) => one.told.answered - 1)].some((time) => {
    const then = time < recordedFrom || time > now ? null : endAsOf(time);
    return then !== null && then <= time;
  });
  const states = new Set<string>();
  const isPaused = deliveredAt !== null && end === null;
  if (canceled) states.add('canceled');
  else if (returned === quantity) states.add('returned');
  else if (deliveredAt === null)
    states.add(openReturns.length > 0 ? 'return_requested' : about('ship').length > 0 ? 'shipped' : 'paid');
  else {
    if (isPaused) states.add('return_requested');
    // A return that was known too late has not kept it open.
    if (mayBeClosed) states.add('closed');
    if (end !== null && (end > now || !settled)) states.add('delivered');
    if (end !== null && end <= now) states.add('closed');
  }
  return {
    states,
    returned,
    kept: canceled ? 0 : quantity - returned,
    deliveredAt,
    windowEnd: canceled || returned === quantity ? null : end,
    laterEnds: deliveries.map((fact) => fact.at + windowMs),
    mayBeClosed,
    openReturns,
  };
}

/** End of a window that stands still while a return is open. Undefined ends are open; one that is still open: null. */
function pausedEnd(
  start: number,
  length: number,
  pauses: { start: number; end: number | undefined }[],
): number | null {
  // Walks from edge to edge and counts what no return covers.
  const edges = [...new Set(pauses.flatMap((pause) => [pause.start, pause.end ?? []].flat()))]
    .filter((edge) => edge > start)
    .sort((a, b) => a - b);
  let [clock, left] = [start, length];
  for (;;) {
    const covering = pauses.filter(
      (pause) => pause.start <= clock && (pause.end === undefined || pause.end > clock),
    );
    const next = edges.find((edge) => edge > clock);
    if (covering.length > 0) {
      if (next === undefined) return null;
    } else {
      if (next === undefined || clock + left <= next) return clock + left;
      left -= next - clock;
    }
    clock = next;
  }
}

/** What a commission of a line must be. */
export function expectCommission(options: {
  earning: Earning;
  line: ModelLine;
  expected: ExpectedLine;
  /** The state that the line has. */
  lineState: string;
  accrued: 'yes' | 'no' | 'open';
  automatic: boolean;
  /** Whether a release run says that it has released it. */
  inRun: boolean;
  /** Whether a hold on it is open. */
  onHold: boolean;
  suspensions: readonly Period[];
  settled: boolean;
}): { amount: number; states: Set<string> } {
  const { earning, line, expected, lineState, accrued, automatic, inRun, onHold, suspensions, settled } =
    options;
  const amount = earnedOn(earning, line, expected.kept);
  const states = new Set<string>();
  if (accrued !== 'yes') states.add(expected.kept > 0 ? 'not_accrued' : 'reversed');
  if (accrued !== 'no') {
    if (expected.kept === 0) {
      if (!inRun) states.add('reversed');
      if (inRun || (automatic && expected.mayBeClosed && !onHold)) states.add('clawed_back');
    } else if (lineState !== 'closed') states.add('held');
    else if (inRun) states.add('released');
    else if (!automatic || onHold) states.add('due');
    else {
      states.add('released');
      const isSuspended = suspensions.some((period) => !period.until);
      if (!settled || isSuspended || expected.openReturns.length > 0) states.add('due');
    }
  }
  return { amount, states };
}

/** Balances of a distributor: what is available, or else the debt, is one number, in whatever order it came about. */
export function expectBalance(
  commissions: readonly { state: string; amount: number }[],
  withdrawals: readonly { state: string; amount: number }[],
): { held: number; available: number; reserved: number; debt: number } {
  const sum = (list: readonly { state: string; amount: number }[], ...states: string[]) =>
    list.reduce((total, one) => (states.includes(one.state) ? total + one.amount : total), 0);
  const reserved = sum(withdrawals, 'requested', 'approved', 'paying');
  const net = sum(commissions, 'released') - reserved - sum(withdrawals, 'paid');
  return {
    held: sum(commissions, 'held', 'due'),
    available: Math.max(0, net),
    reserved,
    debt: Math.max(0, -net),
  };
}

/** What a withdrawal was told, and by whom. */
export interface ModelWithdrawal {
  amount: number;
  approvalsNeeded: number;
  approvedBy: Set<number>;
  ended?: 'rejected' | 'canceled';
  /** People who reported that the bank sent it back. */
  returnedBy: Set<number>;
}

/**
 * The states that a withdrawal can have.
 * @param bank what the provider or the confirmed file says; `open` while neither has decided
 * @param isBlocked its distributor is suspended, or was, so that it may wait to be looked at again
 */
export function expectWithdrawal(
  { approvedBy, approvalsNeeded, ended, returnedBy }: ModelWithdrawal,
  bank: 'paid' | 'failed' | 'open' | 'unknown',
  isBlocked: boolean,
): Set<string> {
  if (ended) return new Set([ended]);
  if (approvedBy.size < approvalsNeeded) return new Set(['requested']);
  if (bank === 'paid' && returnedBy.size >= approvalsNeeded) return new Set(['failed']);
  if (bank === 'open') return new Set(['paying']);
  if (bank === 'unknown') return new Set(isBlocked ? ['approved'] : ['approved', 'paying']);
  return new Set([bank]);
}
