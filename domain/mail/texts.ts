import type { Locale } from '../application';
import type { Money } from '../money';
import { majorUnits } from '../payout';

/** Stand in the stored text of a mail for the addresses that are put in when it leaves. */
export const mailLinks = {
  console: '{{console}}',
  application: '{{application}}',
  signIn: '{{sign-in}}',
} as const;

/** A step of an application that its applicant is told of, with what the mail says about it. */
export type ApplicationNews =
  | { step: 'submitted' }
  | { step: 'resubmitted' }
  | { step: 'changes_requested'; message: string; deadline: Date }
  | { step: 'reminded'; message: string; deadline: Date }
  | { step: 'approved'; tier: string; referralCode: string; passwordUntil: Date | null }
  | { step: 'rejected'; reason: string }
  | { step: 'withdrawn'; because: 'applicant' | 'deadline' };

/** Who a mail is for and on whose behalf. */
export interface MailSetting {
  brand: string;
  /** IANA zone in which dates are written. */
  timeZone: string;
  locale: Locale;
  applicantName: string;
  applicationId: string;
}

interface Text {
  subject: string;
  lines: string[];
}

function timeIn({ locale, timeZone }: Pick<MailSetting, 'locale' | 'timeZone'>): (date: Date) => string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone });
  return (date) => format.format(date);
}

/** A user who is written to. */
interface UserMailSetting {
  brand: string;
  timeZone: string;
  locale: Locale;
  name: string;
}

/** Subject and body of a mail. */
interface MailText {
  subject: string;
  body: string;
}

/** A mail by its lines, with subject and greeting, in either language. */
function userMail(
  { brand, locale, name }: Omit<UserMailSetting, 'timeZone'>,
  texts: Record<Locale, [subject: string, ...lines: string[]]>,
): MailText {
  const [subject, ...lines] = texts[locale];
  const frame =
    locale === 'en'
      ? { title: `${brand}: ${subject}`, greeting: `Dear ${name},` }
      : { title: `【${brand}】${subject}`, greeting: `${name}，您好：` };
  return { subject: frame.title, body: `${[frame.greeting, ...lines, brand].join('\n\n')}\n` };
}

/** Writes the mail with a one-time link to set a password, in the user's language. Plain text. */
export function signInLinkMail(setting: UserMailSetting & { until: Date }): MailText {
  const until = timeIn(setting)(setting.until);
  return userMail(setting, {
    en: [
      'Set your password',
      `Set your password your password by ${until} with this link, which works once:\n${mailLinks.signIn}`,
      `From then on sign in with this mail address at ${mailLinks.console}`,
      'If you did not expect this mail, pass the link to nobody and tell your administrator.',
    ],
    'zh-CN': [
      '设置登录密码',
      `请在 ${until} 前通过此链接设置登录密码（仅可使用一次）：\n${mailLinks.signIn}`,
      `此后请用本邮箱地址登录：${mailLinks.console}`,
      '如果这不是您所期待的邮件，请勿将链接转给任何人，并联系管理员。',
    ],
  });
}

/** Writes the mail for a user who has forgotten the password, or in whose name somebody says so. Plain text. */
export function forgottenPasswordMail(setting: UserMailSetting & { until: Date }): MailText {
  const until = timeIn(setting)(setting.until);
  return userMail(setting, {
    en: [
      'Set a new password',
      'Somebody, hopefully you, has told us that your password is forgotten.',
      `Set a new one by ${until} with this link, which works once:\n${mailLinks.signIn}`,
      'If it was not you, there is nothing to do: your password stays as it is. Pass the link to nobody.',
    ],
    'zh-CN': [
      '重新设置登录密码',
      '我们收到了您忘记密码的请求。',
      `请在 ${until} 前通过此链接设置新密码（仅可使用一次）：\n${mailLinks.signIn}`,
      '如果不是您本人操作，无需理会，您的密码不会改变。请勿将链接转给任何人。',
    ],
  });
}

/** Writes the mail for a user who asks for a new password and has none, because of single sign-on. Plain text. */
export function singleSignOnMail(setting: Omit<UserMailSetting, 'timeZone'>): MailText {
  return userMail(setting, {
    en: [
      'How you sign in',
      'Somebody, hopefully you, has told us that your password is forgotten. You have none here: you sign in with your company account.',
      `Open ${mailLinks.console} and choose “Use single sign-on”. If that does not work, ask your administrator.`,
    ],
    'zh-CN': [
      '您的登录方式',
      '我们收到了您忘记密码的请求。您在此没有单独的密码，请使用公司账号登录。',
      `请打开 ${mailLinks.console} ，选择“使用单点登录”。如仍无法登录，请联系管理员。`,
    ],
  });
}

/** How a withdrawal stands, as its distributor is told. */
export interface WithdrawalNews {
  id: string;
  state: 'requested' | 'paid' | 'failed' | 'rejected' | 'canceled';
  amount: Money;
  /** Where the money goes, masked. */
  account: { bank: string; holder: string; numberMasked: string };
  /** Why it is not paid. */
  reason: string | null;
}

/** Writes the mail that tells a distributor of a withdrawal, in his language. Plain text. */
export function withdrawalMail(setting: Omit<UserMailSetting, 'timeZone'>, news: WithdrawalNews): MailText {
  const { id, state, reason } = news;
  const format = new Intl.NumberFormat(setting.locale, { style: 'currency', currency: news.amount.currency });
  // As a text, since a number could not hold every amount.
  const amount = format.format(majorUnits(news.amount) as Intl.StringNumericLiteral);
  const account = `${news.account.bank} ${news.account.numberMasked} (${news.account.holder})`;
  const en = {
    back: [
      ...(reason ? [`Reason: ${reason}`] : []),
      'The money is back in your balance; what you owed was paid from it first.',
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
        `We have received the request to withdraw ${amount} to ${account}. We write again once it is paid or refused.`,
        'If you did not ask for it, tell us at once.',
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
        `${amount} is paid out`,
        `We have paid ${amount} to ${account}. Your bank may take until the next working day to show it.`,
        en.end,
      ],
      'zh-CN': [`已打款 ${amount}`, `${amount} 已打款至 ${account}，银行到账可能延至下一个工作日。`, zh.end],
    },
    failed: {
      en: [
        `Your withdrawal of ${amount} could not be paid`,
        `${amount} could not be paid to ${account}. Check the account before you ask again.`,
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
        `Your withdrawal of ${amount} is rejected`,
        `Your withdrawal of ${amount} to ${account} is rejected.`,
        ...en.back,
        en.end,
      ],
      'zh-CN': [`提现 ${amount} 未通过`, `您提现 ${amount} 至 ${account} 的申请未通过。`, ...zh.back, zh.end],
    },
    canceled: {
      en: [
        `Your withdrawal of ${amount} is canceled`,
        `Your withdrawal of ${amount} to ${account} is canceled.`,
        ...en.back,
        en.end,
      ],
      'zh-CN': [`提现 ${amount} 已取消`, `您提现 ${amount} 至 ${account} 的申请已取消。`, ...zh.back, zh.end],
    },
  };
  return userMail(setting, texts[state]);
}

/** Writes the mail that tells an applicant of a step, in his language. Plain text. */
export function applicationMail(
  setting: MailSetting,
  news: ApplicationNews,
): { subject: string; body: string } {
  const time = timeIn(setting);
  const { subject, lines } = setting.locale === 'en' ? english(news, time) : chinese(news, time);
  const frame =
    setting.locale === 'en'
      ? {
          greeting: `Dear ${setting.applicantName},`,
          number: `Application number: ${setting.applicationId}\nYour application: ${mailLinks.application}`,
          title: `${setting.brand}: ${subject}`,
        }
      : {
          greeting: `${setting.applicantName}，您好：`,
          number: `申请编号：${setting.applicationId}\n查看申请：${mailLinks.application}`,
          title: `【${setting.brand}】${subject}`,
        };
  return {
    subject: frame.title,
    body: `${[frame.greeting, ...lines, frame.number, setting.brand].join('\n\n')}\n`,
  };
}

function chinese(news: ApplicationNews, time: (date: Date) => string): Text {
  switch (news.step) {
    case 'submitted':
      return {
        subject: '已收到您的分销商申请',
        lines: ['我们已收到您的分销商申请，正在审核。每有进展都会邮件通知您。'],
      };
    case 'resubmitted':
      return { subject: '已收到您补充的资料', lines: ['我们已收到您补充的资料，将继续审核。'] };
    case 'changes_requested':
      return {
        subject: '请补充或修改申请资料',
        lines: [
          '您的申请需要补充或修改：',
          news.message,
          `请在 ${time(news.deadline)} 前通过下方的申请页面重新提交，逾期申请将自动撤回。`,
        ],
      };
    case 'reminded':
      return {
        subject: '提醒：请尽快补充申请资料',
        lines: [
          '您的申请仍在等待以下补充或修改：',
          news.message,
          `截止时间为 ${time(news.deadline)}，逾期申请将自动撤回。`,
        ],
      };
    case 'approved':
      return {
        subject: '您的分销商申请已通过',
        lines: [
          '恭喜，您的申请已通过，您已成为我们的分销商。',
          `等级：${news.tier}\n推荐码：${news.referralCode}`,
          ...(news.passwordUntil
            ? [
                `请在 ${time(news.passwordUntil)} 前通过此链接设置登录密码（仅可使用一次）：\n${mailLinks.signIn}`,
                `此后请用本邮箱地址登录：${mailLinks.console}`,
              ]
            : [`请用您已有的账号登录：${mailLinks.console}`]),
        ],
      };
    case 'rejected':
      return { subject: '您的分销商申请未通过', lines: ['很遗憾，您的申请未通过。', `原因：${news.reason}`] };
    case 'withdrawn':
      return {
        subject: '您的分销商申请已撤回',
        lines: [
          news.because === 'deadline'
            ? '由于未在截止时间前收到所需的补充资料，您的申请已自动撤回。欢迎您重新申请。'
            : '您的申请已按您的要求撤回。欢迎您随时重新申请。',
        ],
      };
  }
}

function english(news: ApplicationNews, time: (date: Date) => string): Text {
  switch (news.step) {
    case 'submitted':
      return {
        subject: 'We have received your application',
        lines: [
          'We have received your application to become a distributor. We will write to you at each step.',
        ],
      };
    case 'resubmitted':
      return {
        subject: 'We have received your changes',
        lines: ['Thank you for your changes. We go on with the review.'],
      };
    case 'changes_requested':
      return {
        subject: 'Please complete your application',
        lines: [
          'We need you to change or add something:',
          news.message,
          `Please hand it in by ${time(news.deadline)}, on the page of your application below. After that the application is withdrawn.`,
        ],
      };
    case 'reminded':
      return {
        subject: 'Reminder: please complete your application',
        lines: [
          'Your application still waits for these changes:',
          news.message,
          `The deadline is ${time(news.deadline)}. After that the application is withdrawn.`,
        ],
      };
    case 'approved':
      return {
        subject: 'Your application is approved',
        lines: [
          'Congratulations, you are now one of our distributors.',
          `Tier: ${news.tier}\nReferral code: ${news.referralCode}`,
          ...(news.passwordUntil
            ? [
                `Set your password by ${time(news.passwordUntil)} with this link, which works once:\n${mailLinks.signIn}`,
                `From then on sign in with this mail address at ${mailLinks.console}`,
              ]
            : [`Sign in with the account you have: ${mailLinks.console}`]),
        ],
      };
    case 'rejected':
      return {
        subject: 'Your application was not accepted',
        lines: ['We are sorry that we can not accept your application.', `Reason: ${news.reason}`],
      };
    case 'withdrawn':
      return {
        subject: 'Your application is withdrawn',
        lines: [
          news.because === 'deadline'
            ? 'We did not get the changes we asked for in time, so your application is withdrawn. You are welcome to apply again.'
            : 'Your application is withdrawn as you asked. You are welcome to apply again.',
        ],
      };
  }
}
