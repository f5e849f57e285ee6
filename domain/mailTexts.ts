import type { Locale } from './application';

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

/** Writes the mail with a one-time link to set a password, in the user's language. Plain text. */
export function signInLinkMail(setting: {
  brand: string;
  timeZone: string;
  locale: Locale;
  name: string;
  until: Date;
}): { subject: string; body: string } {
  const { brand, name } = setting;
  const until = timeIn(setting)(setting.until);
  const [subject, ...lines] =
    setting.locale === 'en'
      ? [
          `${brand}: set your password`,
          `Dear ${name},`,
          `Set your password by ${until} with this link, which works once:\n${mailLinks.signIn}`,
          `From then on sign in with this mail address at ${mailLinks.console}`,
          'If you did not expect this mail, pass the link to nobody and tell your administrator.',
        ]
      : [
          `【${brand}】设置登录密码`,
          `${name}，您好：`,
          `请在 ${until} 前通过此链接设置登录密码（仅可使用一次）：\n${mailLinks.signIn}`,
          `此后请用本邮箱地址登录：${mailLinks.console}`,
          '如果这不是您所期待的邮件，请勿将链接转给任何人，并联系管理员。',
        ];
  return { subject: subject!, body: `${[...lines, brand].join('\n\n')}\n` };
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
