import type { Text } from '../../locale/locale';

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
