import type { Answer } from '../../api/types';
import type { Text } from '../../locale/locale';
import { optionsOf } from './options';

type HoldReason = NonNullable<Answer<'/v1/holds'>['items']>[number]['reason'];

/** Reasons of holds. */
const REASONS: Record<HoldReason, Text> = {
  finance: { zh: '财务核查', en: 'Finance' },
  risk: { zh: '风险', en: 'Risk' },
  violation: { zh: '违规', en: 'Violation' },
  credential_expired: { zh: '资质过期', en: 'Credential expired' },
  other: { zh: '其他', en: 'Other' },
};

/** Reasons of holds by plain text, as in the facts of a timeline. */
export const HOLD_REASONS: Record<string, Text> = REASONS;

export const HOLD_REASON_OPTIONS = optionsOf(REASONS);

export const YES_NO = [
  { value: 'true', label: { zh: '是', en: 'Yes' } },
  { value: 'false', label: { zh: '否', en: 'No' } },
];

/** Columns and filters shared by finance pages. */
export const MONEY_TEXTS = {
  beneficiary: { zh: '受益分销商', en: 'Distributor' },
  level: { zh: '层级', en: 'Level' },
  order: { zh: '订单号', en: 'Order' },
  line: { zh: '订单行', en: 'Line' },
  dueAt: { zh: '退货期结束', en: 'Return window ends' },
  releasedAt: { zh: '结算时间', en: 'Released' },
  createdAt: { zh: '产生时间', en: 'Earned' },
  original: { zh: '原始金额', en: 'Original amount' },
  plan: { zh: '佣金方案', en: 'Commission plan' },
  note: { zh: '说明', en: 'Note' },
  holdNote: { zh: '说明（内部可见）', en: 'Note (internal)' },
} satisfies Record<string, Text>;
