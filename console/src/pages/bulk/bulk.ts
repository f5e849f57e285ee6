import type { BulkActionName } from '../../../../domain/bulk';
import type { Text } from '../../locale/locale';

/** Label of each bulk action. */
export const BULK: Record<BulkActionName, Text> = {
  'withdrawals.approve': { zh: '批准提现', en: 'Approve withdrawals' },
  'withdrawals.reject': { zh: '驳回提现', en: 'Reject withdrawals' },
  'commissions.hold': { zh: '暂缓结算佣金', en: 'Put commissions on hold' },
  'commissions.unhold': { zh: '解除佣金暂缓', en: 'Lift commission holds' },
  'distributors.suspend': { zh: '暂停分销商', en: 'Suspend distributors' },
  'distributors.reinstate': { zh: '恢复分销商', en: 'Reinstate distributors' },
  'applications.claim': { zh: '领取申请', en: 'Claim applications' },
};

/** Texts of bulk actions. */
export const BULK_WORDS = {
  list: { zh: '批量操作', en: 'Bulk actions' },
  what: { zh: '操作', en: 'Action' },
  items: { zh: '条数', en: 'Entries' },
  done: { zh: '成功', en: 'Done' },
  refused: { zh: '未执行', en: 'Refused' },
  pending: { zh: '待执行', en: 'Pending' },
  askedBy: { zh: '发起人', en: 'Started by' },
  askedAt: { zh: '发起时间', en: 'Started' },
  finishedAt: { zh: '完成时间', en: 'Finished' },
  progress: { zh: '进度', en: 'Progress' },
} satisfies Record<string, Text>;
