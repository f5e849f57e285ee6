import type { Text } from '../../locale/locale';

interface CardText {
  title: Text;
  /** What is counted, shown with a total. */
  counted?: (count: string) => Text;
  /** A balance; the number of currencies is not shown. */
  isBalance?: boolean;
}

const COMMISSIONS: CardText['counted'] = (count) => ({
  zh: `${count} 笔佣金`,
  en: count === '1' ? '1 commission' : `${count} commissions`,
});
const WITHDRAWALS: CardText['counted'] = (count) => ({
  zh: `${count} 笔提现`,
  en: count === '1' ? '1 withdrawal' : `${count} withdrawals`,
});

/** Texts of the figures on the home page. */
export const CARDS: Record<string, CardText> = {
  mentions_unread: { title: { zh: '提到我的备注', en: 'Notes that mention me' } },
  review_unclaimed: { title: { zh: '待领取的申请', en: 'Applications to claim' } },
  review_mine: { title: { zh: '我领取的申请', en: 'Applications I claimed' } },
  changes_due_soon: { title: { zh: '补充材料即将到期', en: 'Requested changes close to deadline' } },
  review_late: { title: { zh: '审核超时的申请', en: 'Applications waiting too long' } },
  applications_new: { title: { zh: '新申请', en: 'New applications' } },
  applications_decided: { title: { zh: '已处理的申请', en: 'Applications decided' } },
  account_changes_waiting: { title: { zh: '待处理的资料变更', en: 'Account changes to decide' } },
  renewals_to_review: { title: { zh: '待审核的资质续期', en: 'Renewals to review' } },
  credentials_expiring: { title: { zh: '30 天内到期的资质', en: 'Credentials expiring in 30 days' } },
  credentials_expired: { title: { zh: '已过期的资质', en: 'Expired credentials' } },
  renewals_late: { title: { zh: '审核超时的资质续期', en: 'Renewals waiting too long' } },
  commissions_due: { title: { zh: '待结算佣金', en: 'Commissions due' }, counted: COMMISSIONS },
  withdrawals_to_approve: { title: { zh: '待审批提现', en: 'Withdrawals to approve' }, counted: WITHDRAWALS },
  release_runs_to_approve: { title: { zh: '待审批结算批次', en: 'Release runs to approve' } },
  withdrawals_to_pay: { title: { zh: '待打款提现', en: 'Withdrawals to pay' }, counted: WITHDRAWALS },
  payout_batches_to_confirm: { title: { zh: '待确认打款批次', en: 'Payout batches to confirm' } },
  withdrawals_failed: { title: { zh: '打款失败', en: 'Failed payouts' }, counted: WITHDRAWALS },
  commissions_due_late: {
    title: { zh: '久未结算的佣金', en: 'Commissions waiting too long for release' },
    counted: COMMISSIONS,
  },
  withdrawals_late: { title: { zh: '超时的提现', en: 'Withdrawals waiting too long' }, counted: WITHDRAWALS },
  payout_batches_late: {
    title: { zh: '久未确认的打款批次', en: 'Payout batches waiting too long for confirmation' },
  },
  commissions_released: { title: { zh: '已结算佣金', en: 'Commissions released' }, counted: COMMISSIONS },
  withdrawals_paid: { title: { zh: '已打款提现', en: 'Withdrawals paid' }, counted: WITHDRAWALS },
  orders_not_recorded: { title: { zh: '未入账订单', en: 'Orders not recorded' } },
  returns_open: { title: { zh: '处理中的退货', en: 'Open returns' } },
  mails_undeliverable: { title: { zh: '无法送达的邮件', en: 'Undeliverable emails' } },
  workflows_unmended: {
    title: { zh: '与数据库不一致的流程', en: 'Workflows that disagree with the database' },
  },
  products_without_price: { title: { zh: '缺价格的商品', en: 'Products without a price' } },
  returns_late: { title: { zh: '超时的退货', en: 'Overdue returns' } },
  orders_new: { title: { zh: '新订单', en: 'New orders' } },
  held: { title: { zh: '退货期内佣金', en: 'Commissions in the return window' }, counted: COMMISSIONS },
  due: { title: { zh: '待结算佣金', en: 'Commissions due' }, counted: COMMISSIONS },
  available: { title: { zh: '可提现', en: 'Available' }, isBalance: true },
  debt: { title: { zh: '欠款', en: 'Debt' }, isBalance: true },
  withdrawals_under_way: {
    title: { zh: '处理中的提现', en: 'Withdrawals in progress' },
    counted: WITHDRAWALS,
  },
  earned: { title: { zh: '新增佣金', en: 'Commissions earned' }, counted: COMMISSIONS },
  released: { title: { zh: '已结算佣金', en: 'Commissions released' }, counted: COMMISSIONS },
};
