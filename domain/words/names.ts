import type { AccountField, Confirmation } from '../accountChange';
import type { BulkActionName } from '../bulk';
import type { Effect, RestrictionReason } from '../restriction';
import type { Text } from './text';

/** Kinds of applicants. */
export const APPLICANT_KINDS: Record<'person' | 'company', Text> = {
  person: { zh: '个人', en: 'Person' },
  company: { zh: '企业', en: 'Company' },
};

/** What of a distributor can be changed. */
export const ACCOUNT_FIELD_NAMES: Record<AccountField, Text> = {
  bank_account: { zh: '收款账户', en: 'Payout account' },
  phone: { zh: '手机号', en: 'Phone number' },
  email: { zh: '邮箱', en: 'Email address' },
  name: { zh: '名称', en: 'Name' },
};

/** Who confirms an approved account change. */
export const CONFIRMATION_NAMES: Record<Confirmation, Text> = {
  second_person: { zh: '第二人', en: 'A second person' },
  new_address: { zh: '新邮箱本人', en: 'The holder of the new address' },
  none: { zh: '无需确认', en: 'No confirmation needed' },
};

/** Sales channels. */
export const CHANNELS: Record<string, Text> = {
  douyin: { zh: '抖音', en: 'Douyin' },
  xiaohongshu: { zh: '小红书', en: 'Xiaohongshu' },
  wechat: { zh: '微信', en: 'WeChat' },
  taobao: { zh: '淘宝', en: 'Taobao' },
  kuaishou: { zh: '快手', en: 'Kuaishou' },
  pinduoduo: { zh: '拼多多', en: 'Pinduoduo' },
  jd: { zh: '京东', en: 'JD.com' },
  bilibili: { zh: '哔哩哔哩', en: 'Bilibili' },
  offline_shop: { zh: '线下门店', en: 'Physical store' },
};

/** Kinds of numbers on the blacklist. */
export const BLACKLIST_KINDS: Record<'identity_number' | 'bank_account' | 'phone', Text> = {
  identity_number: { zh: '证件号码', en: 'Identity number' },
  bank_account: { zh: '银行账户', en: 'Bank account' },
  phone: { zh: '手机号', en: 'Phone number' },
};

/** Reasons of holds. */
export const HOLD_REASON_NAMES: Record<RestrictionReason, Text> = {
  finance: { zh: '财务核查', en: 'Finance' },
  risk: { zh: '风险', en: 'Risk' },
  violation: { zh: '违规', en: 'Violation' },
  credential_expired: { zh: '资质过期', en: 'Credential expired' },
  other: { zh: '其他', en: 'Other' },
};

/** Short reasons of an attribution. */
export const ATTRIBUTION_REASONS = {
  code: { zh: '推荐码', en: 'Referral code' },
  customer_binding: { zh: '客户已绑定', en: 'Customer bound earlier' },
  own_purchase: { zh: '自购', en: 'Own purchase' },
  code_unknown: { zh: '推荐码无效', en: 'Unknown referral code' },
  no_code: { zh: '无推荐码', en: 'No referral code' },
} satisfies Record<string, Text>;

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

/** Reasons of rejected rows, by code. */
export const REJECTIONS: Record<string, Text> = {
  malformed_row: { zh: '格式不正确', en: 'Invalid format' },
  not_a_product: { zh: '不是商品（运费、手续费等）', en: 'Not a product (postage, fees …)' },
  accounting_adjustment: { zh: '账务调整', en: 'Accounting adjustment' },
  stock_adjustment: { zh: '库存调整', en: 'Stock adjustment' },
  zero_price: { zh: '单价为零', en: 'Unit price is zero' },
  negative_price: { zh: '单价为负', en: 'Unit price is negative' },
  price_below_minor_unit: { zh: '单价小于最小货币单位', en: 'Unit price below the minor currency unit' },
  time_in_future: { zh: '时间在未来', en: 'Time is in the future' },
  order_waits: { zh: '订单其他行有误，待更正', en: 'The order waits for another row' },
  conflicting_return: { zh: '退货数量少于已登记数量', en: 'Fewer returned units than recorded' },
  conflicting_order: { zh: '同一订单号内容冲突', en: 'Conflicting rows for the same order number' },
  duplicate_line: { zh: '订单行重复', en: 'Duplicate order line' },
  order_already_complete: { zh: '订单的行不连续', en: 'Order lines are not consecutive' },
  cancellation_without_purchase: { zh: '退货找不到对应的购买', en: 'No matching purchase for the return' },
  order_not_imported: { zh: '所属订单未导入', en: 'The order was not imported' },
  refused_order_differs: {
    zh: '订单号已存在且内容不同',
    en: 'The order number exists with different content',
  },
};

/** What a restriction does, for staff. */
export const EFFECT_NAMES: Record<Effect, Text> = {
  no_orders: { zh: '其推广的订单不计佣', en: 'Orders accrue no commission' },
  no_accrual: { zh: '不计佣', en: 'Accrues no commission' },
  no_release: { zh: '暂缓结算', en: 'Commissions not released' },
  no_payout: { zh: '暂停打款', en: 'No payouts' },
  suspended: { zh: '暂停合作', en: 'Suspended' },
  tier_at_most: { zh: '等级上限', en: 'Tier limited' },
  no_replenishment: { zh: '暂停补货', en: 'No replenishment' },
};

/** How money leaves. */
export const PAYOUT_METHODS: Record<'file' | 'http', Text> = {
  file: { zh: '打款文件', en: 'Payout file' },
  http: { zh: '打款服务商', en: 'Payout provider' },
};

/** Why a commission is 0. */
export const ZERO_REASONS: Record<'rule_pays_nothing' | 'rounds_to_nothing', Text> = {
  rule_pays_nothing: { zh: '按方案不付佣金', en: 'The plan pays nothing' },
  rounds_to_nothing: { zh: '不足最小货币单位', en: 'Less than the minor unit' },
};

/** What an entry of a timeline is. */
export const ENTRY_KINDS: Record<'event' | 'audit' | 'mail' | 'transfer' | 'note', Text> = {
  event: { zh: '事件', en: 'Event' },
  audit: { zh: '操作', en: 'Action' },
  mail: { zh: '邮件', en: 'Email' },
  transfer: { zh: '资金变动', en: 'Transfer' },
  note: { zh: '备注', en: 'Note' },
};

/** What a return does to commissions. @param isLate whether its order has ended */
export function returnEffect(state: string, isLate: boolean): Text {
  if (state === 'refunded') return { zh: '已冲销或追回', en: 'Reversed or clawed back' };
  if (state === 'rejected') return { zh: '退货期继续', en: 'Return window continues' };
  return isLate
    ? { zh: '订单已结束，退款时追回佣金', en: 'Order closed; a refund claws back commissions' }
    : { zh: '退货期暂停', en: 'Return window paused' };
}

/** Result of the automatic checks of an application. @param failed how many */
export function checksText(failed: number, areRunning: boolean): Text {
  if (areRunning) return { zh: '检查中', en: 'Running' };
  if (failed === 0) return { zh: '全部通过', en: 'All passed' };
  return { zh: `${failed} 项未通过`, en: `${failed} failed` };
}
