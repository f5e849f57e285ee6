import type { AccountField } from '../accountChange';
import type { Locale } from '../application';
import { type MailText, mailLinks, type UserMailSetting, userMail } from './frame';

/** A step of an account change that the distributor is emailed about. */
export interface AccountChangeNews {
  step: 'requested' | 'confirm_address' | 'in_effect' | 'rejected' | 'canceled';
  field: AccountField;
  /** What it was and what it is to be, with numbers and addresses masked. */
  from: string;
  to: string;
  /** Why it was rejected or canceled. */
  reason: string | null;
  /** How long a confirmed change waits, in milliseconds. */
  waitingMs: number;
}

const FIELDS: Record<Locale, Record<AccountField, string>> = {
  en: { bank_account: 'payout account', phone: 'phone number', email: 'email address', name: 'name' },
  'zh-CN': { bank_account: '收款账户', phone: '手机号', email: '邮箱', name: '名称' },
};

/** Writes the email about an account change, in the distributor's language. Plain text. */
export function accountChangeMail(
  setting: Omit<UserMailSetting, 'timeZone'>,
  { step, field, from, to, reason, waitingMs }: AccountChangeNews,
): MailText {
  const what = FIELDS.en[field];
  const hours = Math.ceil(waitingMs / 3_600_000);
  const en = {
    values: `From: ${from || '–'}\nTo: ${to}`,
    alarm: 'If you did not request this, contact us immediately.',
    reason: reason ? [`Reason: ${reason}`] : [],
    payouts:
      field === 'bank_account'
        ? ['Withdrawals that you have already requested are paid to the account they were requested with.']
        : [],
    page: `${mailLinks.console}/my-details`,
  };
  const name = FIELDS['zh-CN'][field];
  const zh = {
    values: `原${name}：${from || '–'}\n新${name}：${to}`,
    alarm: '如果不是您本人申请，请立即联系我们。',
    reason: reason ? [`原因：${reason}`] : [],
    payouts: field === 'bank_account' ? ['已申请的提现仍打款至申请时的账户。'] : [],
    page: `${mailLinks.console}/my-details`,
  };
  const texts: Record<AccountChangeNews['step'], Parameters<typeof userMail>[1]> = {
    requested: {
      en: [
        `Request to change your ${what}`,
        `We have received a request to change your ${what}.`,
        en.values,
        `We review the request. Once it is approved and confirmed, it takes effect after ${hours} hours.`,
        ...en.payouts,
        en.alarm,
        en.page,
      ],
      'zh-CN': [
        `${name}变更申请`,
        `我们已收到变更您${name}的申请。`,
        zh.values,
        `我们将进行审核；审核并确认后，再过 ${hours} 小时生效。`,
        ...zh.payouts,
        zh.alarm,
        zh.page,
      ],
    },
    confirm_address: {
      en: [
        'Confirm your new email address',
        `Your new email address has been approved. Open this link to confirm that this mailbox is yours:\n${mailLinks.confirmAddress}`,
        `The change then takes effect after ${hours} hours.`,
        'If you do not know what this is about, ignore this email.',
      ],
      'zh-CN': [
        '请确认您的新邮箱',
        `您的新邮箱已审核通过。请打开此链接，确认这是您的邮箱：\n${mailLinks.confirmAddress}`,
        `确认后，再过 ${hours} 小时生效。`,
        '如果您对此不知情，请忽略本邮件。',
      ],
    },
    in_effect: {
      en: [
        `Your ${what} has been changed`,
        `Your ${what} has been changed.`,
        en.values,
        ...en.payouts,
        en.alarm,
        en.page,
      ],
      'zh-CN': [`${name}已变更`, `您的${name}已变更。`, zh.values, ...zh.payouts, zh.alarm, zh.page],
    },
    rejected: {
      en: [
        `The change of your ${what} was not approved`,
        `The change of your ${what} was not approved. Your ${what} stays as it is.`,
        ...en.reason,
        en.page,
      ],
      'zh-CN': [`${name}变更未通过`, `您的${name}变更未通过，${name}保持不变。`, ...zh.reason, zh.page],
    },
    canceled: {
      en: [
        `The change of your ${what} was canceled`,
        `The change of your ${what} was canceled. Your ${what} stays as it is.`,
        ...en.reason,
        en.page,
      ],
      'zh-CN': [`${name}变更已取消`, `您的${name}变更已取消，${name}保持不变。`, ...zh.reason, zh.page],
    },
  };
  return userMail(setting, texts[step]);
}
