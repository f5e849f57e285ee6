import type { Text } from '../../locale/locale';

/** Reasons of holds. */
export const HOLD_REASONS: Record<string, Text> = {
  finance: { zh: '财务核查', en: 'Finance' },
  risk: { zh: '风险', en: 'Risk' },
  violation: { zh: '违规', en: 'Violation' },
  credential_expired: { zh: '资质过期', en: 'Credential expired' },
};

export const HOLD_REASON_OPTIONS = Object.entries(HOLD_REASONS).map(([value, label]) => ({ value, label }));

/** Reasons why a commission of a release run was skipped. */
const LEFT_OUT: Record<string, Text> = {
  in_another_run: { zh: '已在另一结算批次中', en: 'In another release run' },
  run_rejected: { zh: '批次被驳回', en: 'Run rejected' },
  return_open: { zh: '有退货在处理', en: 'Open return' },
  state_held: { zh: '仍在退货期内', en: 'Still in the return window' },
  state_released: { zh: '已结算', en: 'Already released' },
  state_reversed: { zh: '已冲销', en: 'Reversed' },
  state_clawed_back: { zh: '已追回', en: 'Clawed back' },
  distributor_suspended: { zh: '分销商已暂停', en: 'Distributor suspended' },
  distributor_terminated: { zh: '分销商已终止', en: 'Distributor terminated' },
};

/** Text for a skip reason; unknown codes are shown unchanged. */
export function leftOutText(reason: string): Text {
  const hold = reason.startsWith('hold_') ? HOLD_REASONS[reason.slice(5)] : undefined;
  if (hold) return { zh: `暂缓结算：${hold.zh}`, en: `On hold: ${hold.en}` };
  return LEFT_OUT[reason] ?? { zh: reason, en: reason };
}

/** States of commissions, for filters. */
export const COMMISSION_STATES = ['held', 'due', 'released', 'reversed', 'clawed_back'] as const;

export const YES_NO = [
  { value: 'true', label: { zh: '是', en: 'Yes' } },
  { value: 'false', label: { zh: '否', en: 'No' } },
];

/** Columns and filters shared by finance pages. */
export const FINANCE = {
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
