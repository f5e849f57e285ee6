import type { Locale } from './application';

/** A step of an application that its applicant is told of, with what the mail says about it. */
export type ApplicationNews =
  | { step: 'submitted' }
  | { step: 'resubmitted' }
  | { step: 'changes_requested'; message: string; deadline: Date }
  | { step: 'reminded'; message: string; deadline: Date }
  | { step: 'approved'; tier: string; referralCode: string }
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

/** Writes the mail that tells an applicant of a step, in his language. Plain text. */
export function applicationMail(
  setting: MailSetting,
  news: ApplicationNews,
): { subject: string; body: string } {
  const time = (date: Date) =>
    new Intl.DateTimeFormat(setting.locale, {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone: setting.timeZone,
    }).format(date);
  const { subject, lines } = setting.locale === 'en' ? english(news, time) : chinese(news, time);
  const frame =
    setting.locale === 'en'
      ? {
          greeting: `Dear ${setting.applicantName},`,
          number: `Application number: ${setting.applicationId}`,
          title: `${setting.brand}: ${subject}`,
        }
      : {
          greeting: `${setting.applicantName}，您好：`,
          number: `申请编号：${setting.applicationId}`,
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
          `请在 ${time(news.deadline)} 前凭申请编号和提交时获得的访问码重新提交，逾期申请将自动撤回。`,
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
          `Please hand it in by ${time(news.deadline)}, with the application number and the access code you got when you applied. After that the application is withdrawn.`,
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
