import { parseSubject } from './kinds';
import { RESTRICTION_REASONS } from './restriction';

/**
 * Reasons why a commission is not released: one set of codes for release runs, the explanation of a commission, the
 * earnings of distributors and the console. All but the last four come from the SQL function `commission_obstacles`.
 */
export const OBSTACLES = [
  'not_accrued',
  'released',
  'reversed',
  'clawed_back',
  'return_open',
  'awaiting_delivery',
  'return_window_open',
  'distributor_terminated',
  'distributor_suspended',
  ...RESTRICTION_REASONS.map((reason) => `hold_${reason}` as const),
  /** Due and in a release run that is not done. */
  'awaiting_release_run',
  /** Due and not in a release run yet. */
  'awaiting_finance',
  /** Due; the release pays a debt first. */
  'debt_first',
  /** Skipped because the release run was rejected. */
  'run_rejected',
] as const;

export type ObstacleCode = (typeof OBSTACLES)[number];

/** One row of the SQL function `commission_obstacles`. Times are RFC 3339. */
export interface StoredObstacle {
  code: ObstacleCode;
  /** Subject of the cause. */
  cause: string | null;
  since: string | null;
  until: string | null;
  /** Internal; null for distributors. */
  note: string | null;
}

/** Facts that determine why a commission is not released yet. */
export interface CommissionFacts {
  obstacles: StoredObstacle[];
  pendingRun: { id: string; state: string } | null;
}

/** One reason, with a stable code for programs and a sentence for people. */
export interface Obstacle {
  code: ObstacleCode;
  message: string;
  /** Start of the obstacle. RFC 3339. */
  since?: string;
  /** When the obstacle ends automatically, if known. RFC 3339. */
  until?: string;
  /** Internal note. */
  note?: string;
}

/**
 * All current reasons why a commission cannot be withdrawn yet.
 * @returns an empty list if it is released
 */
export function whyNotPaid({ obstacles, pendingRun }: CommissionFacts): Obstacle[] {
  if (obstacles.length === 0) return [awaitingRelease(pendingRun)];
  return obstacles
    .filter(({ code }) => code !== 'released')
    .map((obstacle) => ({
      code: obstacle.code,
      message: messageOf(obstacle),
      ...(obstacle.since !== null && { since: obstacle.since }),
      ...(obstacle.until !== null && { until: obstacle.until }),
      ...(obstacle.note !== null && { note: obstacle.note }),
    }));
}

function messageOf({ code, cause, since, until, note }: StoredObstacle): string {
  switch (code) {
    case 'not_accrued':
      return 'A restriction was open when the order was paid, so the commission was not accrued.';
    case 'reversed':
      return 'All units were canceled or returned before the release.';
    case 'clawed_back':
      return 'All units were returned after the release, so the commission was clawed back.';
    case 'return_open':
      return `Return ${returnIdOf(cause)}, requested at ${since}, is not decided yet; the return window is paused until then.`;
    case 'awaiting_delivery':
      return 'The return window starts when the line is delivered.';
    case 'return_window_open':
      return `The customer can return the goods until ${until}.`;
    case 'distributor_terminated':
      return 'The distributor is terminated.';
    case 'distributor_suspended':
      return 'The distributor is suspended.';
    default:
      return `On hold since ${since} (${code.replace('hold_', '')})${note === null ? '.' : `: ${note}`}`;
  }
}

function awaitingRelease(pendingRun: CommissionFacts['pendingRun']): Obstacle {
  if (pendingRun) {
    const { id, state } = pendingRun;
    return {
      code: 'awaiting_release_run',
      message: `The commission is in release run ${id}, which is ${state}.`,
    };
  }
  return {
    code: 'awaiting_finance',
    message: 'The return window has ended; finance has not released the commission yet.',
  };
}

function returnIdOf(cause: string | null): string {
  const named = parseSubject(cause ?? '');
  return named?.kind === 'return' ? named.id[1] : '';
}

/** Why an earning is not released yet, as one code for its distributor. */
export interface EarningStatus {
  code: ObstacleCode;
  /** Data of the code, for a sentence in any language: until, returnId, debt. */
  data: Record<string, string>;
  /** When the next automatic step happens, if known. RFC 3339. */
  nextAt: string | null;
}

/**
 * The first reason why a commission is not released yet.
 * @param debt debt of its distributor in its currency, in minor units; a release pays it first
 */
export function earningStatus(facts: CommissionFacts, debt: number): EarningStatus {
  const [first] = facts.obstacles;
  if (!first) {
    const { code } = awaitingRelease(facts.pendingRun);
    return debt > 0
      ? { code: 'debt_first', data: { debt: String(debt) }, nextAt: null }
      : { code, data: {}, nextAt: null };
  }
  const { code, until, cause } = first;
  if (code === 'return_open') return { code, data: { returnId: returnIdOf(cause) }, nextAt: null };
  return { code, data: until === null ? {} : { until }, nextAt: until };
}

/**
 * Why a commission is 0, if it is: the rule pays nothing, or the share is less than half a minor unit.
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
