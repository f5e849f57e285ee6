import { actors } from '../actors';
import type { AuditAction, EventType } from '../journal';
import type { Wait } from '../processStatus';
import type { Text } from './text';

const NAMES_OF_EVENTS = {
  submitted: { zh: '提交申请', en: 'Submitted' },
  resubmitted: { zh: '补充后重新提交', en: 'Resubmitted' },
  documents_added: { zh: '补交证明材料', en: 'Documents added' },
  checked: { zh: '自动检查完成', en: 'Automatic checks finished' },
  changes_requested: { zh: '要求补充', en: 'Changes requested' },
  reminded: { zh: '已提醒', en: 'Reminded' },
  approved: { zh: '已批准', en: 'Approved' },
  rejected: { zh: '已驳回', en: 'Rejected' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  compliance_alert: { zh: '合规预警', en: 'Compliance alert' },
  joined: { zh: '成为分销商', en: 'Joined as distributor' },
  monitoring_started: { zh: '开始到期管理', en: 'Expiry monitoring started' },
  renewal_submitted: { zh: '提交续期', en: 'Renewal submitted' },
  renewal_accepted: { zh: '续期已通过', en: 'Renewal accepted' },
  renewal_refused: { zh: '续期未通过', en: 'Renewal refused' },
  suspended: { zh: '已暂停', en: 'Suspended' },
  reinstated: { zh: '已恢复', en: 'Reinstated' },
  account_changed: { zh: '资料已变更', en: 'Account changed' },
  'account_change.requested': { zh: '申请资料变更', en: 'Account change requested' },
  confirmed: { zh: '已确认', en: 'Confirmed' },
  in_effect: { zh: '已生效', en: 'In effect' },
  paid: { zh: '已支付', en: 'Paid' },
  payment_refused: { zh: '订单未被接受', en: 'Order not accepted' },
  event_refused: { zh: '事件未被接受', en: 'Event not accepted' },
  shipped: { zh: '已发货', en: 'Shipped' },
  delivered: { zh: '已签收', en: 'Delivered' },
  canceled: { zh: '已取消', en: 'Canceled' },
  return_requested: { zh: '申请退货', en: 'Return requested' },
  return_refunded: { zh: '退货已退款', en: 'Return refunded' },
  return_rejected: { zh: '退货被拒', en: 'Return rejected' },
  window_closed: { zh: '退货期结束', en: 'Return window closed' },
  hold_placed: { zh: '已暂缓结算', en: 'Put on hold' },
  hold_lifted: { zh: '解除暂缓', en: 'Hold lifted' },
  restriction_ended: { zh: '限制到期，自动解除', en: 'Restriction ended' },
  proposed: { zh: '发起结算', en: 'Release proposed' },
  done: { zh: '已完成', en: 'Done' },
  requested: { zh: '申请提现', en: 'Withdrawal requested' },
  approval_given: {
    zh: '已批准一次，还需他人批准',
    en: 'First approval given; a second person must approve',
  },
  paying: { zh: '开始打款', en: 'Payout started' },
  failed: { zh: '失败', en: 'Failed' },
  opened: { zh: '创建', en: 'Created' },
  payment_return_reported: {
    zh: '报告退汇，还需他人确认',
    en: 'Payment return reported; a second person must confirm',
  },
  payment_returned: {
    zh: '银行退汇，金额已退回',
    en: 'Payment returned by the bank; funds returned to balance',
  },
  settled: { zh: '已结清', en: 'Settled' },
  'account_change.approve': { zh: '批准资料变更', en: 'Account change approved' },
  'account_change.cancel': { zh: '取消资料变更', en: 'Account change canceled' },
  'account_change.confirm': { zh: '确认资料变更', en: 'Account change confirmed' },
  'account_change.erase': { zh: '原资料到期删除', en: 'Data erased after retention period' },
  'account_change.reject': { zh: '驳回资料变更', en: 'Account change rejected' },
  'account_change.request': { zh: '申请资料变更', en: 'Account change requested' },
  'account_change.reveal': { zh: '查看敏感信息', en: 'Sensitive data revealed' },
  'application.approve': { zh: '批准申请', en: 'Application approved' },
  'application.reject': { zh: '驳回申请', en: 'Application rejected' },
  'application.request_changes': { zh: '要求补充材料', en: 'Changes requested' },
  'application.add_documents': { zh: '代为补交证明材料', en: 'Documents added by staff' },
  'application.submit': { zh: '代为提交申请', en: 'Application submitted by staff' },
  'application.resubmit': { zh: '代为重新提交申请', en: 'Application resubmitted by staff' },
  'application.withdraw': { zh: '撤回申请', en: 'Application withdrawn' },
  'application.erase': { zh: '个人资料到期删除', en: 'Personal data erased after retention period' },
  'application.claim': { zh: '领取', en: 'Claimed' },
  'application.release_claim': { zh: '放回队列', en: 'Claim released' },
  'application.reveal': { zh: '查看敏感信息', en: 'Sensitive data revealed' },
  'credential.accept_renewal': { zh: '通过资质续期', en: 'Renewal accepted' },
  'credential.refuse_renewal': { zh: '拒绝资质续期', en: 'Renewal refused' },
  'credential.submit_renewal': { zh: '提交资质续期', en: 'Renewal submitted' },
  'document.delete': { zh: '删除证明材料', en: 'Document deleted' },
  'document.upload': { zh: '上传证明材料', en: 'Document uploaded' },
  'document.view': { zh: '查看证明材料', en: 'Document viewed' },
  'distributor.reveal': { zh: '查看敏感信息', en: 'Sensitive data revealed' },
  'distributor.suspend': { zh: '暂停分销商', en: 'Distributor suspended' },
  'distributor.reinstate': { zh: '恢复分销商', en: 'Distributor reinstated' },
  'bulk.start': { zh: '发起批量操作', en: 'Bulk action started' },
  'blacklist.add': { zh: '加入黑名单', en: 'Added to the blacklist' },
  'blacklist.remove': { zh: '移出黑名单', en: 'Removed from the blacklist' },
  'commission.hold': { zh: '暂缓结算佣金', en: 'Commission put on hold' },
  'commission.unhold': { zh: '解除暂缓', en: 'Hold lifted' },
  'key.create': { zh: '创建密钥', en: 'Key created' },
  'key.revoke': { zh: '吊销密钥', en: 'Key revoked' },
  'payout_batch.confirm': { zh: '确认打款结果', en: 'Payouts confirmed' },
  'payout_batch.open': { zh: '创建打款批次', en: 'Payout batch opened' },
  'payout_batch.reveal_file': { zh: '下载打款文件', en: 'Payout file downloaded' },
  'plan.acknowledge': { zh: '合规确认方案', en: 'Plan acknowledged' },
  'plan.activate': { zh: '启用方案', en: 'Plan activated' },
  'plan.requested': { zh: '提交新方案', en: 'Plan submitted' },
  'plan.create': { zh: '新建方案', en: 'Plan created' },
  'policy.activate': { zh: '启用规则', en: 'Policy activated' },
  'policy.approve': { zh: '批准规则', en: 'Policy approved' },
  'policy.create': { zh: '新建规则版本', en: 'Policy version created' },
  'product.update': { zh: '修改商品', en: 'Product updated' },
  'release_run.approve': { zh: '批准结算', en: 'Release approved' },
  'release_run.propose': { zh: '发起结算', en: 'Release proposed' },
  'release_run.reject': { zh: '驳回结算', en: 'Release rejected' },
  'user.create': { zh: '新建用户', en: 'User created' },
  'user.disable': { zh: '停用用户', en: 'User disabled' },
  'user.enable': { zh: '重新启用用户', en: 'User enabled' },
  'user.change_role': { zh: '变更用户角色', en: 'Role changed' },
  'user.forgot_password': { zh: '忘记密码，申请链接', en: 'Password reset link requested' },
  'user.save_view': { zh: '保存视图', en: 'View saved' },
  'user.delete_view': { zh: '删除视图', en: 'View deleted' },
  'user.update': { zh: '修改用户资料', en: 'User updated' },
  'user.make_sign_in_link': { zh: '生成登录链接', en: 'One-time link created' },
  'user.set_password': { zh: '设置密码', en: 'Password set' },
  'user.sign_in': { zh: '登录', en: 'Signed in' },
  'user.sign_in_refused': { zh: '登录被拒', en: 'Sign-in refused' },
  'user.sign_out': { zh: '退出登录', en: 'Signed out' },
  'user.bind_oidc': { zh: '绑定单点登录', en: 'Linked to single sign-on' },
  'second_factor.begin': { zh: '开始设置两步验证', en: 'Two-step verification setup started' },
  'second_factor.enable': { zh: '开启两步验证', en: 'Two-step verification turned on' },
  'second_factor.disable': { zh: '关闭两步验证', en: 'Two-step verification turned off' },
  'second_factor.remove': { zh: '移除两步验证', en: 'Two-step verification removed' },
  'session.end': { zh: '结束会话', en: 'Session ended' },
  'import.begin': { zh: '开始导入', en: 'Import started' },
  'import.finish': { zh: '导入完成', en: 'Import finished' },
  'mail.resend': { zh: '重新发送邮件', en: 'Email resent' },
  'note.add': { zh: '添加备注', en: 'Note added' },
  'note.read_mention': { zh: '标记提醒为已读', en: 'Mention marked as read' },
  'note.retract': { zh: '撤回备注', en: 'Note retracted' },
  'order.create': { zh: '录入订单', en: 'Order recorded' },
  'order.ship': { zh: '录入发货', en: 'Shipment recorded' },
  'order.deliver': { zh: '录入签收', en: 'Delivery recorded' },
  'order.cancel': { zh: '取消订单', en: 'Order canceled' },
  'order.request_return': { zh: '录入退货申请', en: 'Return request recorded' },
  'order.refund_return': { zh: '录入退货退款', en: 'Refund of a return recorded' },
  'order.reject_return': { zh: '拒绝退货', en: 'Return rejected' },
  'order.keep_event': { zh: '暂存事件，等待订单', en: 'Event stored until its order arrives' },
  'order.discard_event': { zh: '舍弃事件', en: 'Event discarded' },
  'product.create': { zh: '新增商品', en: 'Product added' },
  'withdrawal.approve': { zh: '批准提现', en: 'Withdrawal approved' },
  'withdrawal.cancel': { zh: '取消提现', en: 'Withdrawal canceled' },
  'withdrawal.reject': { zh: '驳回提现', en: 'Withdrawal rejected' },
  'withdrawal.request': { zh: '申请提现', en: 'Withdrawal requested' },
  'withdrawal.return_payment': { zh: '登记银行退汇', en: 'Payment return reported' },
  note: { zh: '备注', en: 'Note' },
  retracted: { zh: '备注已撤回', en: 'Note retracted' },
} satisfies Record<EventType | AuditAction, Text> & Record<string, Text>;

/** Names of events by type, and of audit entries by action. */
export const EVENTS: Record<string, Text> = NAMES_OF_EVENTS;

/**
 * Readable form of an API name without a text here, such as of a later version: `stock_counted` as “Stock counted”.
 * @param name in snake_case, camelCase or with dots
 */
export function readable(name: string): Text {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_./-]+/g, ' ')
    .trim()
    .toLowerCase();
  const label = words.charAt(0).toUpperCase() + words.slice(1);
  return { zh: label, en: label };
}

/** Actors that are not a person. */
export const ACTORS: Record<string, Text> = actors;

/** Accounts of the ledger. */
export const ACCOUNTS = {
  held: { zh: '未结算', en: 'Unreleased' },
  available: { zh: '可提现', en: 'Available' },
  reserved: { zh: '提现中', en: 'Reserved' },
  debt: { zh: '欠款', en: 'Debt' },
  commission_expense: { zh: '佣金支出', en: 'Commission expense' },
  cash: { zh: '现金', en: 'Cash' },
  tax: { zh: '税', en: 'Tax' },
  fees: { zh: '手续费', en: 'Fees' },
  penalties: { zh: '罚金', en: 'Penalties' },
  write_off: { zh: '核销', en: 'Write-off' },
} satisfies Record<string, Text>;

/** Name of a ledger account. */
export const accountName = (name: string): Text =>
  (ACCOUNTS as Record<string, Text>)[name] ?? { zh: name, en: name };

const NAMES_OF_WAITS = {
  checks: { zh: '自动检查', en: 'Automatic checks' },
  decision: { zh: '合规审核', en: 'Compliance decision' },
  changes: { zh: '申请人补充材料', en: 'Changes from the applicant' },
  confirmation: { zh: '第二人确认', en: 'Confirmation by a second person' },
  address_confirmation: { zh: '分销商确认新邮箱', en: 'Distributor confirms the new email address' },
  waiting_period: { zh: '等待期结束后生效', en: 'End of the waiting period' },
  payment: { zh: '支付信息', en: 'Payment details' },
  delivery: { zh: '商品签收', en: 'Delivery' },
  window_end: { zh: '退货期结束', en: 'End of the return window' },
  return_decision: { zh: '退货处理结果', en: 'Return decision' },
  approval: { zh: '财务审批', en: 'Finance approval' },
  payout: { zh: '打款', en: 'Payout' },
  payout_answer: { zh: '打款服务商答复', en: 'Response from the payout provider' },
  bank_confirmation: { zh: '财务确认银行结果', en: 'Finance confirms the bank result' },
  release: { zh: '执行结算', en: 'Release' },
  mail: { zh: '发送邮件', en: 'Sending emails' },
  work: { zh: '执行', en: 'Execution' },
  reminder: { zh: '到期提醒', en: 'Reminder of the expiry' },
  renewal: { zh: '资质续期', en: 'Renewal' },
} satisfies Record<Wait['what'], Text>;

/** What a process can wait for. */
export const AWAITED: Record<string, Text> = NAMES_OF_WAITS;
