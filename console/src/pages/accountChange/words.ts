import type { Text } from '../../locale/locale';

/** What can be changed. */
export const ACCOUNT_FIELDS: Record<string, Text> = {
  bank_account: { zh: '收款账户', en: 'Payout account' },
  phone: { zh: '手机号', en: 'Phone number' },
  email: { zh: '邮箱', en: 'Email address' },
  name: { zh: '名称', en: 'Name' },
};

/** Texts of account changes. */
export const CHANGE = {
  title: { zh: '资料变更', en: 'Account changes' },
  field: { zh: '变更内容', en: 'Changes' },
  from: { zh: '原资料', en: 'From' },
  to: { zh: '新资料', en: 'To' },
  note: { zh: '变更原因', en: 'Reason for the change' },
  requestedAt: { zh: '申请时间', en: 'Requested' },
  requestedBy: { zh: '申请人', en: 'Requested by' },
  effectiveAt: { zh: '生效时间', en: 'Takes effect' },
  number: { zh: '账号', en: 'Account number' },
  holder: { zh: '户名', en: 'Account holder' },
  bank: { zh: '开户银行', en: 'Bank' },
  cancel: { zh: '取消变更', en: 'Cancel change' },
  canceled: { zh: '已取消，资料保持不变', en: 'Canceled; nothing is changed' },
} satisfies Record<string, Text>;
