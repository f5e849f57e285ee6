import type { BulkActionName } from '../../../../domain/bulk';
import type { Text } from '../../locale/locale';

/** What each bulk action does. */
export const BULK: Record<BulkActionName, Text> = {
  'withdrawals.approve': { zh: '批准提现', en: 'Approve withdrawals' },
  'withdrawals.reject': { zh: '驳回提现', en: 'Reject withdrawals' },
  'commissions.hold': { zh: '扣留佣金', en: 'Hold commissions' },
  'commissions.unhold': { zh: '解除佣金扣留', en: 'Lift holds of commissions' },
  'distributors.suspend': { zh: '暂停分销商', en: 'Suspend distributors' },
  'distributors.reinstate': { zh: '恢复分销商', en: 'Reinstate distributors' },
  'applications.claim': { zh: '领取申请', en: 'Claim applications' },
};

/** Words of bulk actions. */
export const BULK_WORDS = {
  list: { zh: '批量操作', en: 'Bulk actions' },
  what: { zh: '操作', en: 'Action' },
  items: { zh: '条数', en: 'Entries' },
  done: { zh: '成功', en: 'Done' },
  refused: { zh: '未执行', en: 'Refused' },
  pending: { zh: '待执行', en: 'Waiting' },
  askedBy: { zh: '发起人', en: 'Asked by' },
  askedAt: { zh: '发起时间', en: 'Asked' },
  finishedAt: { zh: '完成时间', en: 'Finished' },
  progress: { zh: '进度', en: 'Progress' },
} satisfies Record<string, Text>;
