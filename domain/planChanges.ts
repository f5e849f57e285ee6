import type { Earning, PlanLevel, PlanRule, PlanTerms } from './plan';

/** Subject of a rule; without fields it is the default of a level. */
export type RuleSubject = Omit<PlanRule, 'earning'>;

/** Earnings of one level for one subject, before and after: one per currency, or none. */
export interface EarningChange {
  /** Counted from 1. */
  level: number;
  subject: RuleSubject;
  before: Earning[];
  after: Earning[];
}

/** Differences between two versions of a plan. */
export interface PlanChanges {
  /** Names of terms outside the levels. */
  terms: (typeof plainTerms)[number][];
  earnings: EarningChange[];
}

const plainTerms = ['returnWindowDays', 'automaticRelease', 'inactiveUpline', 'attributionDays'] as const;

/** Differences of a plan version: first general terms, then level by level, each default first. */
export function planChanges(before: PlanTerms, after: PlanTerms): PlanChanges {
  const count = Math.max(before.levels.length, after.levels.length);
  return {
    terms: plainTerms.filter((name) => before[name] !== after[name]),
    earnings: Array.from({ length: count }, (_, index) =>
      levelChanges(index + 1, before.levels[index], after.levels[index]),
    ).flat(),
  };
}

function levelChanges(level: number, before?: PlanLevel, after?: PlanLevel): EarningChange[] {
  const [old, now] = [earningsOf(before), earningsOf(after)];
  return [...new Map([...old, ...now]).keys()]
    .map((key) => ({
      level,
      subject: (now.get(key) ?? old.get(key))!.subject,
      before: old.get(key)?.earnings ?? [],
      after: now.get(key)?.earnings ?? [],
    }))
    .filter((change) => textOf(change.before) !== textOf(change.after));
}

function earningsOf(level: PlanLevel | undefined) {
  const found = new Map<string, { subject: RuleSubject; earnings: Earning[] }>();
  if (!level) return found;
  for (const { earning, ...subject } of [{ earning: level.default }, ...level.rules] as PlanRule[]) {
    const key = JSON.stringify([subject.sku, subject.category, subject.tier]);
    const known = found.get(key);
    if (known) known.earnings.push(earning);
    else found.set(key, { subject, earnings: [earning] });
  }
  return found;
}

/** Equal for the same earnings in any order. */
const textOf = (earnings: Earning[]): string =>
  earnings
    .map((earning) => ('rateBp' in earning ? `${earning.rateBp}` : `${earning.fixed} ${earning.currency}`))
    .sort()
    .join();
