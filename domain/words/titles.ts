import type { Text } from './text';

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

/** Texts of payout batches. */
export const PAYOUT = {
  one: { zh: '打款批次', en: 'Payout batch' },
  count: { zh: '笔数', en: 'Withdrawals' },
  paid: { zh: '已打款', en: 'Paid' },
  failed: { zh: '失败', en: 'Failed' },
  createdBy: { zh: '创建人', en: 'Created by' },
  createdAt: { zh: '创建时间', en: 'Created' },
  fetchedAt: { zh: '文件首次下载', en: 'File first downloaded' },
  settledAt: { zh: '确认时间', en: 'Confirmed' },
  toConfirm: { zh: '待确认', en: 'To confirm' },
} satisfies Record<string, Text>;

/** Texts of release runs. */
export const RELEASE = {
  items: { zh: '佣金数', en: 'Commissions' },
  proposedTotal: { zh: '拟结算金额', en: 'Amount proposed' },
  releasedTotal: { zh: '实际结算金额', en: 'Amount released' },
  selection: { zh: '范围', en: 'Scope' },
  approvals: { zh: '审批', en: 'Approval' },
  one: { zh: '一人即可', en: 'One person' },
  two: { zh: '需要第二人', en: 'A second person' },
  proposedBy: { zh: '发起人', en: 'Proposed by' },
  proposedAt: { zh: '发起时间', en: 'Proposed' },
  finishedAt: { zh: '完成时间', en: 'Finished' },
} satisfies Record<string, Text>;

/** Texts of withdrawals. */
export const WITHDRAWAL = {
  one: { zh: '提现', en: 'Withdrawal' },
  account: { zh: '收款账户', en: 'Bank account' },
  holder: { zh: '户名', en: 'Account holder' },
  bank: { zh: '银行', en: 'Bank' },
  number: { zh: '账号（已脱敏）', en: 'Account number (masked)' },
  approvalsNeeded: { zh: '需审批人数', en: 'Approvals needed' },
  requestedAt: { zh: '申请时间', en: 'Requested' },
  requestedBy: { zh: '申请人', en: 'Requested by' },
  settledAt: { zh: '完成时间', en: 'Finished' },
  batch: { zh: '打款批次', en: 'Payout batch' },
  method: { zh: '打款方式', en: 'Payout method' },
  reference: { zh: '打款服务商流水号', en: 'Provider reference' },
  providerCalledAt: { zh: '最近一次请求打款服务商', en: 'Payout provider last called' },
} satisfies Record<string, Text>;

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

/** Texts of account changes. */
export const ACCOUNT_CHANGE = {
  title: { zh: '资料变更', en: 'Account changes' },
  field: { zh: '变更内容', en: 'Changes' },
  from: { zh: '原资料', en: 'From' },
  to: { zh: '新资料', en: 'To' },
  note: { zh: '变更原因', en: 'Reason for the change' },
  requestedAt: { zh: '申请时间', en: 'Requested' },
  requestedBy: { zh: '申请人', en: 'Requested by' },
  confirmation: { zh: '由谁确认', en: 'Confirmed by' },
  endedAt: { zh: '结束时间', en: 'Ended' },
  effectiveAt: { zh: '生效时间', en: 'Takes effect' },
  number: { zh: '账号', en: 'Account number' },
  holder: { zh: '户名', en: 'Account holder' },
  bank: { zh: '开户银行', en: 'Bank' },
  cancel: { zh: '取消变更', en: 'Cancel change' },
  canceled: { zh: '已取消，资料保持不变', en: 'Canceled; nothing is changed' },
} satisfies Record<string, Text>;
