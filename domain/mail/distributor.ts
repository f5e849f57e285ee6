import { type MailText, mailLinks, timeIn, type UserMailSetting, userMail } from './frame';

/** Writes the email to a distributor who was suspended, in the distributor's language. Plain text. @param until its end, if it has one */
export function suspendedMail(setting: UserMailSetting, until: Date | null): MailText {
  const end = until && timeIn(setting)(until);
  return userMail(setting, {
    en: [
      end ? `Your account is suspended until ${end}` : 'Your account is suspended',
      'While it is suspended, new orders accrue no commission, your commissions are not released, and you cannot withdraw.',
      end
        ? `The suspension ends automatically on ${end}. What came due in the meantime is released afterwards.`
        : 'The suspension lasts until we reinstate your account. What came due in the meantime is released afterwards.',
      `Contact us for the reason or if you disagree. Your account: ${mailLinks.console}`,
    ],
    'zh-CN': [
      end ? `您的账户已暂停至 ${end}` : '您的账户已暂停',
      '暂停期间，新订单不计佣，佣金暂缓结算，也不能提现。',
      end
        ? `暂停将于 ${end} 自动解除，期间到期的佣金随后结算。`
        : '恢复账户之前暂停一直有效；期间到期的佣金在恢复后结算。',
      `如需了解原因或有异议，请联系我们。查看账户：${mailLinks.console}`,
    ],
  });
}

/** Writes the email to a distributor who was reinstated, in the distributor's language. Plain text. */
export function reinstatedMail(setting: Omit<UserMailSetting, 'timeZone'>): MailText {
  return userMail(setting, {
    en: [
      'Your account is active again',
      'Your account is no longer suspended: new orders accrue commission, your commissions are released, and you can withdraw.',
      `Your account: ${mailLinks.console}`,
    ],
    'zh-CN': [
      '您的账户已恢复',
      '您的账户已恢复正常：新订单正常计佣，佣金恢复结算，也可以提现。',
      `查看账户：${mailLinks.console}`,
    ],
  });
}
