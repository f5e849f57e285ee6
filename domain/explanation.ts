import type { StateOf } from './kinds';
/** What decides why a commission is not paid yet. Times are RFC 3339. */
export interface CommissionFacts {
  state: StateOf<'commission'>;
  automatic: boolean;
  windowEndsAt: string | null;
  openReturns: { id: string; requestedAt: string }[];
  openHolds: { reason: string; note: string | null; placedAt: string }[];
  distributorState: string;
  pendingRun: { id: string; state: string } | null;
}

/** One reason, with a stable code for programs and a sentence for people. */
export interface Obstacle {
  code:
    | 'awaiting_delivery'
    | 'return_window_open'
    | 'return_open'
    | 'on_hold'
    | 'distributor_not_active'
    | 'awaiting_release_run'
    | 'awaiting_finance'
    | 'reversed'
    | 'clawed_back';
  message: string;
  /** When it passes by itself, where that is known. */
  until?: string;
}

/**
 * Why a commission can not be withdrawn yet, all reasons that stand in its way now.
 * @returns nothing when it is released
 */
export function whyNotPaid(facts: CommissionFacts): Obstacle[] {
  switch (facts.state) {
    case 'released':
      return [];
    case 'reversed':
      return [{ code: 'reversed', message: 'All units were canceled or returned before the release.' }];
    case 'clawed_back':
      return [
        { code: 'clawed_back', message: 'All units were returned after the release, so it was taken back.' },
      ];
    case 'held':
      return [...awaited(facts), ...obstacles(facts)];
    case 'due': {
      const standing = [...returnsOpen(facts), ...obstacles(facts)];
      return standing.length ? standing : [awaitingRelease(facts)];
    }
  }
}

function awaited(facts: CommissionFacts): Obstacle[] {
  const returns = returnsOpen(facts);
  if (returns.length) return returns;
  if (facts.windowEndsAt === null) {
    return [{ code: 'awaiting_delivery', message: 'The return window starts when the line is delivered.' }];
  }
  const until = facts.windowEndsAt;
  return [
    { code: 'return_window_open', message: `The customer may return the goods until ${until}.`, until },
  ];
}

function returnsOpen(facts: CommissionFacts): Obstacle[] {
  return facts.openReturns.map(({ id, requestedAt }) => ({
    code: 'return_open',
    message: `Return ${id}, asked for at ${requestedAt}, is not decided; the window stands still until then.`,
  }));
}

function obstacles(facts: CommissionFacts): Obstacle[] {
  const holds = facts.openHolds.map(
    ({ reason, note, placedAt }): Obstacle => ({
      code: 'on_hold',
      message: `On hold since ${placedAt} (${reason})${note === null ? '.' : `: ${note}`}`,
    }),
  );
  if (facts.distributorState === 'active') return holds;
  return [
    ...holds,
    { code: 'distributor_not_active', message: `The distributor is ${facts.distributorState}.` },
  ];
}

function awaitingRelease(facts: CommissionFacts): Obstacle {
  if (facts.pendingRun) {
    const { id, state } = facts.pendingRun;
    return { code: 'awaiting_release_run', message: `It waits in release run ${id}, which is ${state}.` };
  }
  return { code: 'awaiting_finance', message: 'The return window is over; finance has not released it yet.' };
}

/** Why an earning is not paid yet, in one code for whoever earned it. */
export interface EarningStatus {
  code:
    | 'window_until'
    | 'not_delivered'
    | 'return_open'
    | 'hold'
    | 'distributor_not_active'
    | 'waiting_for_release'
    | 'debt_first';
  /** What belongs to the code, for a sentence in any language. */
  data: Record<string, string>;
  /** When it goes on by itself, where that is known. RFC 3339. */
  nextAt: string | null;
}

/**
 * The foremost reason why a commission that is held or due is not paid yet.
 * @param debt what its distributor owes in its currency, minor units; a release pays that first
 */
export function earningStatus(
  facts: Omit<CommissionFacts, 'state'> & { state: 'held' | 'due' },
  debt: number,
): EarningStatus {
  const [foremost] = whyNotPaid(facts);
  switch (foremost?.code) {
    case 'return_window_open': {
      const until = foremost.until ?? '';
      return { code: 'window_until', data: { until }, nextAt: until };
    }
    case 'awaiting_delivery':
      return { code: 'not_delivered', data: {}, nextAt: null };
    case 'return_open':
      return { code: 'return_open', data: { returnId: facts.openReturns[0]?.id ?? '' }, nextAt: null };
    case 'on_hold':
      return { code: 'hold', data: { reason: facts.openHolds[0]?.reason ?? '' }, nextAt: null };
    case 'distributor_not_active':
      return { code: 'distributor_not_active', data: { state: facts.distributorState }, nextAt: null };
    default:
      return debt > 0
        ? { code: 'debt_first', data: { debt: String(debt) }, nextAt: null }
        : { code: 'waiting_for_release', data: {}, nextAt: null };
  }
}

/**
 * Why a commission comes to nothing, where it does: the rule says so, or the share is less than half a minor unit.
 * @param amount minor units
 * @returns null where something is earned
 */
export function whyNothing(
  earning: { rateBp: number } | { fixed: number; currency: string },
  amount: number,
): 'rule_pays_nothing' | 'rounds_to_nothing' | null {
  if (amount !== 0) return null;
  const paysNothing = 'fixed' in earning ? earning.fixed === 0 : earning.rateBp === 0;
  return paysNothing ? 'rule_pays_nothing' : 'rounds_to_nothing';
}

/**
 * The calculation of a commission in one line, as a person would write it.
 * @param netAmount of the whole line, minor units
 */
export function arithmetic(
  earning: { rateBp: number } | { fixed: number; currency: string },
  netAmount: number,
  quantity: number,
  remaining: number,
  result: number,
): string {
  if ('fixed' in earning) return `${earning.fixed} × ${remaining} units = ${result}`;
  const share = remaining === quantity ? '' : ` × ${remaining} of ${quantity} units`;
  return `${netAmount}${share} × ${earning.rateBp / 100} % = ${result}, rounded half up`;
}
