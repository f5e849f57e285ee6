import type { ObstacleCode } from '../explanation';
import type { Text } from './text';

/** Short texts, as in the list of commissions that a release run skipped. */
export const OBSTACLE_NAMES: Record<ObstacleCode, Text> = {
  not_accrued: { zh: '受限制，未计佣', en: 'Restricted, not accrued' },
  released: { zh: '已结算', en: 'Already released' },
  reversed: { zh: '已冲销', en: 'Reversed' },
  clawed_back: { zh: '已追回', en: 'Clawed back' },
  return_open: { zh: '有退货在处理', en: 'Open return' },
  awaiting_delivery: { zh: '尚未签收', en: 'Not delivered yet' },
  return_window_open: { zh: '仍在退货期内', en: 'Still in the return window' },
  distributor_terminated: { zh: '分销商已终止', en: 'Distributor terminated' },
  distributor_suspended: { zh: '分销商已暂停', en: 'Distributor suspended' },
  hold_finance: { zh: '暂缓结算：财务核查', en: 'On hold: Finance' },
  hold_risk: { zh: '暂缓结算：风险', en: 'On hold: Risk' },
  hold_violation: { zh: '暂缓结算：违规', en: 'On hold: Violation' },
  hold_credential_expired: { zh: '暂缓结算：资质过期', en: 'On hold: Credential expired' },
  hold_other: { zh: '暂缓结算：其他原因', en: 'On hold: Other reason' },
  awaiting_release_run: { zh: '已在结算批次中', en: 'In a release run' },
  awaiting_finance: { zh: '等待财务结算', en: 'Waiting for finance' },
  debt_first: { zh: '结算时先抵扣欠款', en: 'Debt is paid first' },
  run_rejected: { zh: '批次被驳回', en: 'Run rejected' },
};
