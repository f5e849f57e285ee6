import type { Kind, StateOf } from '../kinds';
import type { Role } from '../roles';
import type { Text } from './text';

/** Names of states, of every kind and of parts of entities. */
export const NAMES_OF_STATES = {
  // application
  submitted: { zh: '已提交', en: 'Submitted' },
  in_review: { zh: '审核中', en: 'In review' },
  changes_requested: { zh: '待补充', en: 'Changes requested' },
  approved: { zh: '已批准', en: 'Approved' },
  rejected: { zh: '已驳回', en: 'Rejected' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  // distributor
  active: { zh: '正常', en: 'Active' },
  suspended: { zh: '已暂停', en: 'Suspended' },
  terminated: { zh: '已终止', en: 'Terminated' },
  // account change
  confirmed: { zh: '待生效', en: 'Confirmed' },
  in_effect: { zh: '已生效', en: 'In effect' },
  // order and lines
  open: { zh: '进行中', en: 'Open' },
  closed: { zh: '已结束', en: 'Closed' },
  paid: { zh: '已支付', en: 'Paid' },
  shipped: { zh: '已发货', en: 'Shipped' },
  delivered: { zh: '已签收', en: 'Delivered' },
  window: { zh: '退货期内', en: 'In return window' },
  return_requested: { zh: '退货中', en: 'Return requested' },
  returned: { zh: '已退货', en: 'Returned' },
  canceled: { zh: '已取消', en: 'Canceled' },
  requested: { zh: '已申请', en: 'Requested' },
  refunded: { zh: '已退款', en: 'Refunded' },
  // commission
  not_accrued: { zh: '未计佣', en: 'Not accrued' },
  held: { zh: '退货期内', en: 'Held' },
  due: { zh: '待结算', en: 'Due' },
  released: { zh: '已结算', en: 'Released' },
  reversed: { zh: '已冲销', en: 'Reversed' },
  clawed_back: { zh: '已追回', en: 'Clawed back' },
  // release run
  proposed: { zh: '待审批', en: 'Proposed' },
  running: { zh: '执行中', en: 'Running' },
  done: { zh: '已完成', en: 'Done' },
  pending: { zh: '待处理', en: 'Pending' },
  left_out: { zh: '已跳过', en: 'Skipped' },
  // withdrawal and payout
  paying: { zh: '打款中', en: 'Paying' },
  failed: { zh: '失败', en: 'Failed' },
  settled: { zh: '已结清', en: 'Settled' },
  to_confirm: { zh: '待确认', en: 'To confirm' },
  // plan
  draft: { zh: '草稿', en: 'Draft' },
  in_force: { zh: '生效中', en: 'In force' },
  scheduled: { zh: '待生效', en: 'Scheduled' },
  superseded: { zh: '已被取代', en: 'Superseded' },
  // credential
  valid: { zh: '有效', en: 'Valid' },
  expiring: { zh: '即将到期', en: 'Expiring' },
  expired: { zh: '已过期', en: 'Expired' },
  accepted: { zh: '已通过', en: 'Accepted' },
  // mail
  sent: { zh: '已发送', en: 'Sent' },
  undeliverable: { zh: '无法送达', en: 'Undeliverable' },
  // import
  stopped: { zh: '已停止', en: 'Stopped' },
  finished: { zh: '已完成', en: 'Finished' },
  // hold
  on_hold: { zh: '暂缓中', en: 'On hold' },
  lifted: { zh: '已解除', en: 'Lifted' },
  // restriction
  to_come: { zh: '待生效', en: 'Starts later' },
  ended: { zh: '已到期', en: 'Ended' },
  voided: { zh: '已作废', en: 'Voided' },
  // results of bulk actions
  refused: { zh: '已拒绝', en: 'Refused' },
  // events of an order that has not come
  waiting: { zh: '等待中', en: 'Waiting' },
  // people and keys
  disabled: { zh: '已停用', en: 'Disabled' },
  revoked: { zh: '已吊销', en: 'Revoked' },
} satisfies Record<StateOf<Kind>, Text> & Record<string, Text>;

/** The same by plain text. */
export const STATES: Record<string, Text> = NAMES_OF_STATES;

/** Names of roles. */
export const ROLES: Record<Role, Text> = {
  admin: { zh: '管理员', en: 'Administrator' },
  compliance: { zh: '合规', en: 'Compliance' },
  finance: { zh: '财务', en: 'Finance' },
  operator: { zh: '运营', en: 'Operations' },
  distributor: { zh: '分销商', en: 'Distributor' },
};

/** Texts shared by many pages. */
export const WORDS = {
  id: { zh: '编号', en: 'Number' },
  name: { zh: '名称', en: 'Name' },
  state: { zh: '状态', en: 'State' },
  amount: { zh: '金额', en: 'Amount' },
  reason: { zh: '原因', en: 'Reason' },
  note: { zh: '备注', en: 'Note' },
  region: { zh: '授权区域', en: 'Region' },
  tier: { zh: '等级', en: 'Tier' },
  kind: { zh: '类型', en: 'Kind' },
  currency: { zh: '币种', en: 'Currency' },
  distributor: { zh: '分销商', en: 'Distributor' },
  order: { zh: '订单', en: 'Order' },
  cancel: { zh: '取消', en: 'Cancel' },
  save: { zh: '保存', en: 'Save' },
  confirm: { zh: '确认', en: 'Confirm' },
  search: { zh: '搜索', en: 'Search' },
  all: { zh: '全部', en: 'All' },
} satisfies Record<string, Text>;
