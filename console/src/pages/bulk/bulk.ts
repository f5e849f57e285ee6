import type { Item } from '../../api/types';
import type { Kind } from '../../detail/kinds';
import type { Text } from '../../locale/locale';

type BulkActionName = Item<'/v1/bulk-actions'>['action'];

/** Label and target kind of each bulk action. */
export const BULK: Record<BulkActionName, { label: Text; kind: Kind }> = {
  'withdrawals.approve': { label: { zh: '批准提现', en: 'Approve withdrawals' }, kind: 'withdrawal' },
  'withdrawals.reject': { label: { zh: '驳回提现', en: 'Reject withdrawals' }, kind: 'withdrawal' },
  'commissions.hold': { label: { zh: '暂缓结算佣金', en: 'Put commissions on hold' }, kind: 'commission' },
  'commissions.unhold': {
    label: { zh: '解除佣金暂缓', en: 'Lift commission holds' },
    kind: 'commission',
  },
  'distributors.suspend': { label: { zh: '暂停分销商', en: 'Suspend distributors' }, kind: 'distributor' },
  'distributors.reinstate': {
    label: { zh: '恢复分销商', en: 'Reinstate distributors' },
    kind: 'distributor',
  },
  'applications.claim': { label: { zh: '领取申请', en: 'Claim applications' }, kind: 'application' },
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
