import type { Answer } from '../api/types';
import type { Text } from './locale';

/** Everything that can stand between a commission and its release, as the API names it. */
export type ObstacleCode = Answer<'/v1/commissions/{id}/explain'>['whyNotPaid'][number]['code'];

/** In a few words, as in the list of what a release run left out. */
export const OBSTACLES: Record<ObstacleCode, Text> = {
  not_accrued: { zh: '受限制，未计佣', en: 'Not accrued: restricted' },
  released: { zh: '已放款', en: 'Released already' },
  reversed: { zh: '已冲回', en: 'Reversed' },
  clawed_back: { zh: '已追回', en: 'Clawed back' },
  return_open: { zh: '有退货在处理', en: 'A return is open' },
  awaiting_delivery: { zh: '尚未签收', en: 'Not delivered yet' },
  return_window_open: { zh: '仍在退货期内', en: 'Still in the return window' },
  distributor_terminated: { zh: '分销商已终止', en: 'The distributor is terminated' },
  distributor_suspended: { zh: '分销商已暂停', en: 'The distributor is suspended' },
  hold_finance: { zh: '扣留中：财务核查', en: 'On hold: Finance' },
  hold_risk: { zh: '扣留中：风险', en: 'On hold: Risk' },
  hold_violation: { zh: '扣留中：违规', en: 'On hold: Violation' },
  hold_credential_expired: { zh: '扣留中：资质过期', en: 'On hold: Credential expired' },
  hold_other: { zh: '扣留中：其他原因', en: 'On hold: Other reason' },
  awaiting_release_run: { zh: '已在放款批次中', en: 'Waits in a release run' },
  awaiting_finance: { zh: '等待财务放款', en: 'Waits for finance' },
  debt_first: { zh: '放款时先抵扣欠款', en: 'A debt is paid first' },
  run_rejected: { zh: '批次被驳回', en: 'The run was rejected' },
};
