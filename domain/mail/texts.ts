import type { Locale } from '../application';
import type { Money } from '../money';
import { majorUnits } from '../payout';

/** Placeholders in the stored text of an email; the addresses are filled in when it is sent. */
export const mailLinks = {
  console: '{{console}}',
  application: '{{application}}',
  signIn: '{{sign-in}}',
} as const;

/** A step of an application that the applicant is emailed about, with the facts the email names. */
export type ApplicationNews =
  | { step: 'submitted' }
  | { step: 'resubmitted' }
  | { step: 'changes_requested'; message: string; deadline: Date }
  | { step: 'reminded'; message: string; deadline: Date }
  | { step: 'approved'; tier: string; referralCode: string; passwordUntil: Date | null }
  | { step: 'rejected'; reason: string }
  | { step: 'withdrawn'; because: 'applicant' | 'deadline' };

/** Recipient and sender of an email about an application. */
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

/** Recipient and sender of an email to a user. */
interface UserMailSetting {
  brand: string;
  timeZone: string;
  locale: Locale;
  name: string;
}

/** Subject and body of an email. */
interface MailText {
  subject: string;
  body: string;
}

/** Puts subject, greeting and lines of an email together in the language of the user. */
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

/** Writes the email with a one-time link to set a password, in the user's language. Plain text. */
export function signInLinkMail(setting: UserMailSetting & { until: Date }): MailText {
  const until = timeIn(setting)(setting.until);
  return userMail(setting, {
    en: [
      'Set your password',
      `Use this link to set your password by ${until}. It works once:\n${mailLinks.signIn}`,
      `After that, sign in with this email address at ${mailLinks.console}`,
      'If you did not expect this email, do not share the link and contact your administrator.',
    ],
    'zh-CN': [
      '设置登录密码',
      `请在 ${until} 前通过此链接设置登录密码（仅可使用一次）：\n${mailLinks.signIn}`,
      `此后请用本邮箱地址登录：${mailLinks.console}`,
      '如果您对此不知情，请勿将链接转给他人，并联系管理员。',
    ],
  });
}

/** Writes the email with a link to set a new password, after a request for this address. Plain text. */
export function forgottenPasswordMail(setting: UserMailSetting & { until: Date }): MailText {
  const until = timeIn(setting)(setting.until);
  return userMail(setting, {
    en: [
      'Set a new password',
      'We received a request to reset your password.',
      `Use this link to set a new password by ${until}. It works once:\n${mailLinks.signIn}`,
      'If you did not request this, ignore this email: your password does not change. Do not share the link.',
    ],
    'zh-CN': [
      '重新设置登录密码',
      '我们收到了重置您密码的请求。',
      `请在 ${until} 前通过此链接设置新密码（仅可使用一次）：\n${mailLinks.signIn}`,
      '如果不是您本人操作，无需理会，您的密码不会改变。请勿将链接转给他人。',
    ],
  });
}

/** Writes the email for a user who requests a new password but signs in by single sign-on only. Plain text. */
export function singleSignOnMail(setting: Omit<UserMailSetting, 'timeZone'>): MailText {
  return userMail(setting, {
    en: [
      'How to sign in',
      'We received a request to reset your password. You have no password here: you sign in with your company account.',
      `Open ${mailLinks.console} and choose “Use single sign-on”. If that does not work, contact your administrator.`,
    ],
    'zh-CN': [
      '您的登录方式',
      '我们收到了重置您密码的请求。您在此没有单独的密码，请使用公司账号登录。',
      `请打开 ${mailLinks.console} ，选择“使用单点登录”。如仍无法登录，请联系管理员。`,
    ],
  });
}

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

/** Writes the email to an applicant about a step of the application, in the applicant's language. Plain text. */
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
          'We have received your application to become a distributor and are reviewing it. We will email you about each step.',
        ],
      };
    case 'resubmitted':
      return {
        subject: 'We have received your changes',
        lines: ['We have received your changes and are continuing the review.'],
      };
    case 'changes_requested':
      return {
        subject: 'Please complete your application',
        lines: [
          'Please change or add the following in your application:',
          news.message,
          `Resubmit your application on the page below by ${time(news.deadline)}. After that it is withdrawn automatically.`,
        ],
      };
    case 'reminded':
      return {
        subject: 'Reminder: please complete your application',
        lines: [
          'Your application is still waiting for these changes:',
          news.message,
          `The deadline is ${time(news.deadline)}. After that the application is withdrawn automatically.`,
        ],
      };
    case 'approved':
      return {
        subject: 'Your application has been approved',
        lines: [
          'Congratulations, you are now one of our distributors.',
          `Tier: ${news.tier}\nReferral code: ${news.referralCode}`,
          ...(news.passwordUntil
            ? [
                `Use this link to set your password by ${time(news.passwordUntil)}. It works once:\n${mailLinks.signIn}`,
                `After that, sign in with this email address at ${mailLinks.console}`,
              ]
            : [`Sign in with your existing account: ${mailLinks.console}`]),
        ],
      };
    case 'rejected':
      return {
        subject: 'Your application was not approved',
        lines: ['We are sorry, your application was not approved.', `Reason: ${news.reason}`],
      };
    case 'withdrawn':
      return {
        subject: 'Your application has been withdrawn',
        lines: [
          news.because === 'deadline'
            ? 'We did not receive the requested changes by the deadline, so your application has been withdrawn automatically. You are welcome to apply again.'
            : 'Your application has been withdrawn at your request. You are welcome to apply again.',
        ],
      };
  }
}
