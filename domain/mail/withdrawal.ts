import type { Money } from '../money';
import { majorUnits } from '../payout';
import { type MailText, mailLinks, type UserMailSetting, userMail } from './frame';

/** State of a withdrawal, as the email to the distributor names it. */
export interface WithdrawalNews {
  id: string;
  state: 'requested' | 'paid' | 'failed' | 'rejected' | 'canceled';
  amount: Money;
  /** Where the money goes, masked. */
  account: { bank: string; holder: string; numberMasked: string };
  /** Why it is not paid. */
  reason: string | null;
}

/** Writes the email to a distributor about a withdrawal, in the distributor's language. Plain text. */
export function withdrawalMail(setting: Omit<UserMailSetting, 'timeZone'>, news: WithdrawalNews): MailText {
  const { id, state, reason } = news;
  const format = new Intl.NumberFormat(setting.locale, { style: 'currency', currency: news.amount.currency });
  // As a text, since a number could not hold every amount.
  const amount = format.format(majorUnits(news.amount) as Intl.StringNumericLiteral);
  const account = `${news.account.bank} ${news.account.numberMasked} (${news.account.holder})`;
  const en = {
    back: [
      ...(reason ? [`Reason: ${reason}`] : []),
      'The amount has been returned to your balance. If you have debt, it was paid from it first.',
    ],
    end: `Withdrawal number: ${id}\n${mailLinks.console}/my-withdrawals`,
  };
  const zh = {
    back: [...(reason ? [`原因：${reason}`] : []), '款项已退回您的余额（如有欠款则先行抵扣）。'],
    end: `提现编号：${id}\n${mailLinks.console}/my-withdrawals`,
  };
  const texts: Record<WithdrawalNews['state'], Parameters<typeof userMail>[1]> = {
    requested: {
      en: [
        `Your withdrawal of ${amount}`,
        `We have received your request to withdraw ${amount} to ${account}. We will email you when it is paid or rejected.`,
        'If you did not request this, contact us immediately.',
        en.end,
      ],
      'zh-CN': [
        `提现申请 ${amount}`,
        `我们已收到提现 ${amount} 至 ${account} 的申请，有结果后将邮件通知您。`,
        '如果不是您本人申请，请立即联系我们。',
        zh.end,
      ],
    },
    paid: {
      en: [
        `${amount} has been paid out`,
        `We have paid ${amount} to ${account}. It may take until the next business day to arrive.`,
        en.end,
      ],
      'zh-CN': [`已打款 ${amount}`, `${amount} 已打款至 ${account}，银行到账可能延至下一个工作日。`, zh.end],
    },
    failed: {
      en: [
        `Your withdrawal of ${amount} could not be paid`,
        `${amount} could not be paid to ${account}. Check your payout account before you withdraw again.`,
        ...en.back,
        en.end,
      ],
      'zh-CN': [
        `提现 ${amount} 打款失败`,
        `${amount} 打款至 ${account} 失败。再次申请前请核对您的收款账户。`,
        ...zh.back,
        zh.end,
      ],
    },
    rejected: {
      en: [
        `Your withdrawal of ${amount} was rejected`,
        `Your withdrawal of ${amount} to ${account} was rejected.`,
        ...en.back,
        en.end,
      ],
      'zh-CN': [`提现 ${amount} 未通过`, `您提现 ${amount} 至 ${account} 的申请未通过。`, ...zh.back, zh.end],
    },
    canceled: {
      en: [
        `Your withdrawal of ${amount} was canceled`,
        `Your withdrawal of ${amount} to ${account} was canceled.`,
        ...en.back,
        en.end,
      ],
      'zh-CN': [`提现 ${amount} 已取消`, `您提现 ${amount} 至 ${account} 的申请已取消。`, ...zh.back, zh.end],
    },
  };
  return userMail(setting, texts[state]);
}
