import type { Answer } from '../../api/types';
import type { Text } from '../../locale/locale';
import { digitsOf } from '../../ui/format';

export type Plan = Answer<'/v1/commission-plans/{id}'>;
export type Terms = Plan['terms'];
export type Earning = Terms['levels'][number]['default'];

/** Texts of plans. */
export const PLAN = {
  one: { zh: '佣金方案', en: 'Commission plan' },
  name: { zh: '方案名称', en: 'Plan name' },
  returnWindow: { zh: '退货期（自签收起，天）', en: 'Return window (days from delivery)' },
  release: { zh: '结算方式', en: 'Release' },
  automatic: { zh: '退货期结束后自动结算', en: 'Automatically when the return window ends' },
  byFinance: { zh: '退货期结束后由财务结算', en: 'By finance after the return window ends' },
  inactiveUpline: { zh: '上级不是正常状态时', en: 'If a sponsor is not active' },
  forfeit: { zh: '该级佣金作废', en: 'The share is forfeited' },
  nextUp: { zh: '由再上一级获得', en: 'The next active sponsor up earns it' },
  attributionDays: { zh: '推荐码绑定客户（天）', en: 'Referral code binds the customer for (days)' },
  default: { zh: '默认', en: 'Default' },
  defaultHint: { zh: '没有规则匹配时适用', en: 'Applies where no rule matches' },
  rules: { zh: '规则', en: 'Rules' },
  ruleFor: { zh: '适用范围', en: 'Applies to' },
  pays: { zh: '佣金', en: 'Commission' },
  effectiveFrom: { zh: '生效时间', en: 'In force from' },
  product: { zh: '商品', en: 'Product' },
  category: { zh: '品类', en: 'Category' },
  tier: { zh: '等级', en: 'Tier' },
} satisfies Record<string, Text>;

/** Name of a level, counted from the distributor of the order. */
export const levelName = (level: number): Text =>
  level === 1
    ? { zh: '第 1 级：带来订单的分销商', en: 'Level 1: distributor of the order' }
    : level === 2
      ? { zh: '第 2 级：其上级', en: 'Level 2: their sponsor' }
      : { zh: `第 ${level} 级：再上一级`, en: `Level ${level}: the sponsor's sponsor` };

/** Draft of an earning; null without input. */
export interface DraftEarning {
  kind: 'rate' | 'fixed';
  /** Percent. */
  rate: number | null;
  /** Major units of the currency per unit sold. */
  fixed: number | null;
  currency: string;
}

export interface DraftRule {
  key: string;
  sku: string;
  category: string;
  tier: string;
  earning: DraftEarning;
}

export interface DraftLevel {
  key: string;
  default: DraftEarning;
  rules: DraftRule[];
}

/** Draft of a plan. */
export interface Draft {
  name: string;
  returnWindowDays: number | null;
  automaticRelease: boolean;
  inactiveUpline: Terms['inactiveUpline'];
  attributionDays: number | null;
  levels: DraftLevel[];
}

export const emptyEarning = (currency: string): DraftEarning => ({
  kind: 'rate',
  rate: null,
  fixed: null,
  currency,
});

export const newRule = (currency: string): DraftRule => ({
  key: crypto.randomUUID(),
  sku: '',
  category: '',
  tier: '',
  earning: emptyEarning(currency),
});

export const newLevel = (currency: string): DraftLevel => ({
  key: crypto.randomUUID(),
  default: emptyEarning(currency),
  rules: [],
});

/** Initial values of a blank plan. */
export const newDraft = (currency: string): Draft => ({
  name: '',
  returnWindowDays: 7,
  automaticRelease: false,
  inactiveUpline: 'forfeit',
  attributionDays: 365,
  levels: [newLevel(currency)],
});

function toDraftEarning(earning: Earning, currency: string): DraftEarning {
  if ('rateBp' in earning) return { ...emptyEarning(currency), rate: earning.rateBp / 100 };
  const { fixed } = earning;
  return {
    kind: 'fixed',
    rate: null,
    fixed: fixed / 10 ** digitsOf(earning.currency),
    currency: earning.currency,
  };
}

/** The terms of a version as a draft of the next one. */
export function toDraft({ terms }: Plan, currency: string): Omit<Draft, 'name'> {
  return {
    ...terms,
    levels: terms.levels.map((level) => ({
      key: crypto.randomUUID(),
      default: toDraftEarning(level.default, currency),
      rules: level.rules.map((rule) => ({
        key: crypto.randomUUID(),
        sku: rule.sku ?? '',
        category: rule.category ?? '',
        tier: rule.tier ?? '',
        earning: toDraftEarning(rule.earning, currency),
      })),
    })),
  };
}

/** Problems of a draft, by JSON pointer into its terms; `/name` for the name. */
export type Problems = ReadonlyMap<string, Text>;

const MISSING: Text = { zh: '请填写；不付佣金请填 0', en: 'Required; enter 0 for no commission' };
const REQUIRED: Text = { zh: '请填写此项', en: 'Required' };
const RATE: Text = { zh: '请填 0 到 100 之间，最多两位小数', en: 'Between 0 and 100, max two decimals' };
const NO_SUBJECT: Text = {
  zh: '请至少填写商品、品类或等级之一；对全部适用的是默认',
  en: 'Enter a product, a category or a tier; use the default for everything',
};
const BOTH: Text = {
  zh: '商品和品类只能填一个：商品本身属于一个品类',
  en: 'Enter a product or a category, not both: a product already has a category',
};
const REPEATED: Text = {
  zh: '与前面的规则重复（相同的商品、品类和等级）',
  en: 'Duplicate of an earlier rule for the same product, category and tier',
};
const DAYS: Text = { zh: '请填 0 到 365 之间', en: 'Between 0 and 365' };
const LONG_DAYS: Text = { zh: '请填 0 到 3650 之间', en: 'Between 0 and 3650' };

function checkEarning(earning: DraftEarning, pointer: string, problems: Map<string, Text>): void {
  if (earning.kind === 'fixed') {
    if (earning.fixed === null) problems.set(pointer, MISSING);
    return;
  }
  if (earning.rate === null) problems.set(pointer, MISSING);
  else {
    const basisPoints = earning.rate * 100;
    const isExact = Math.abs(basisPoints - Math.round(basisPoints)) < 1e-6;
    if (earning.rate < 0 || earning.rate > 100 || !isExact) problems.set(pointer, RATE);
  }
}

/** Whether a problem is only a missing value. */
export const isMissing = (problem: Text): boolean => [MISSING, REQUIRED, NO_SUBJECT].includes(problem);

/** Problems found without the server. */
export function checkDraft(draft: Draft): Map<string, Text> {
  const problems = new Map<string, Text>();
  if (!draft.name.trim()) problems.set('/name', REQUIRED);
  const { returnWindowDays, attributionDays } = draft;
  if (returnWindowDays === null || returnWindowDays < 0 || returnWindowDays > 365)
    problems.set('/returnWindowDays', DAYS);
  if (attributionDays === null || attributionDays < 0 || attributionDays > 3650)
    problems.set('/attributionDays', LONG_DAYS);
  draft.levels.forEach((level, levelIndex) => {
    const pointer = `/levels/${levelIndex}`;
    checkEarning(level.default, `${pointer}/default`, problems);
    const seen = new Set<string>();
    level.rules.forEach((rule, index) => {
      const rulePointer = `${pointer}/rules/${index}`;
      checkEarning(rule.earning, `${rulePointer}/earning`, problems);
      const subject = [rule.sku, rule.category, rule.tier].map((part) => part.trim());
      const currency = rule.earning.kind === 'fixed' ? rule.earning.currency : '';
      const identity = JSON.stringify([...subject, currency]);
      if (subject[0] && subject[1]) problems.set(rulePointer, BOTH);
      else if (subject.every((part) => !part)) problems.set(rulePointer, NO_SUBJECT);
      else if (seen.has(identity)) problems.set(rulePointer, REPEATED);
      seen.add(identity);
    });
  });
  return problems;
}

const toEarning = ({ kind, rate, fixed, currency }: DraftEarning): Earning =>
  kind === 'rate'
    ? { rateBp: Math.round((rate ?? 0) * 100) }
    : { fixed: Math.round((fixed ?? 0) * 10 ** digitsOf(currency)), currency };

/** The terms of a draft without problems. */
export function toTerms(draft: Draft): Terms {
  return {
    returnWindowDays: draft.returnWindowDays ?? 0,
    automaticRelease: draft.automaticRelease,
    inactiveUpline: draft.inactiveUpline,
    attributionDays: draft.attributionDays ?? 0,
    levels: draft.levels.map((level) => ({
      default: toEarning(level.default),
      rules: level.rules.map(({ sku, category, tier, earning }) => ({
        ...(sku.trim() && { sku: sku.trim() }),
        ...(category.trim() && { category: category.trim() }),
        ...(tier.trim() && { tier: tier.trim() }),
        earning: toEarning(earning),
      })),
    })),
  };
}
