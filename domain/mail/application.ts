import type { Locale } from '../application';
import { type MailText, mailLinks, timeIn } from './frame';

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

/**
 * Whether a person of the brand has seen the application before. What anybody can have sent, by applying in the name of
 * any address, holds no text of the sender, not even the name.
 */
const isByStaff: Record<ApplicationNews['step'], boolean> = {
  submitted: false,
  resubmitted: false,
  changes_requested: true,
  reminded: true,
  approved: true,
  rejected: true,
  withdrawn: false,
};

interface Text {
  subject: string;
  lines: string[];
}

/** Writes the email to an applicant about a step of the application, in the applicant's language. Plain text. */
export function applicationMail(setting: MailSetting, news: ApplicationNews): MailText {
  const time = timeIn(setting);
  const { subject, lines } = setting.locale === 'en' ? english(news, time) : chinese(news, time);
  const name = isByStaff[news.step] ? setting.applicantName : undefined;
  const frame =
    setting.locale === 'en'
      ? {
          greeting: name === undefined ? 'Hello,' : `Dear ${name},`,
          number: `Application number: ${setting.applicationId}\nYour application: ${mailLinks.application}`,
          title: `${setting.brand}: ${subject}`,
        }
      : {
          greeting: name === undefined ? '您好：' : `${name}，您好：`,
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
