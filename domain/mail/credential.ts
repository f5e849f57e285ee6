import { credentialTypeName } from '../credentialTypes';
import { type MailText, mailLinks, type UserMailSetting, userMail } from './frame';

/** The credential that an email is about. */
export interface MailedCredential {
  id: string;
  /** Such as business_license. */
  type: string;
  /** Name of the distributor whose credential it is. */
  distributor: string;
}

/** Whom an email about a credential is for: the distributor it belongs to, or another person who has to know. */
export type Reader = 'owner' | 'sponsor' | 'staff';

/** What the expiry does, as emails say it. */
const consequences = {
  no_accrual: {
    'zh-CN': '到期后的新订单将不再计佣',
    en: 'new orders no longer earn commission',
  },
  no_release: {
    'zh-CN': '到期后佣金照常计提，但暂不结算',
    en: 'commission is still earned but not released',
  },
  no_payout: { 'zh-CN': '到期后不能提现打款', en: 'withdrawals are not paid' },
} as const;

/** What an email about a credential reports. */
export type CredentialNews =
  | {
      step: 'reminded';
      /** `YYYY-MM-DD` */
      validUntil: string;
      /** Negative after the last valid day. */
      daysLeft: number;
      effect: keyof typeof consequences;
      graceDays: number;
    }
  | { step: 'accepted'; validUntil: string | null }
  | { step: 'refused'; reason: string };

/** Writes the email about a credential in the reader's language. Plain text. */
export function credentialMail(
  setting: Omit<UserMailSetting, 'timeZone'>,
  credential: MailedCredential,
  reader: Reader,
  news: CredentialNews,
): MailText {
  const { locale } = setting;
  const type = credentialTypeName(credential.type)[locale === 'en' ? 'en' : 'zh'];
  const day = (date: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(
      Date.parse(`${date}T00:00:00Z`),
    );
  const own = reader === 'owner';
  const link = `${mailLinks.console}/${own ? 'my-credentials' : reader === 'staff' ? `credentials/${credential.id}` : 'downline'}`;
  const whose = {
    'zh-CN': own ? '您的' : `${credential.distributor} 的`,
    en: own ? 'Your' : `${credential.distributor}:`,
  };
  switch (news.step) {
    case 'reminded': {
      const { daysLeft, validUntil } = news;
      const left = daysLeft > 0 ? 'ahead' : daysLeft === 0 ? 'today' : 'over';
      const consequence = consequences[news.effect][locale];
      const zh = {
        ahead: `${whose['zh-CN']}${type}将在 ${daysLeft} 天后到期（有效期至 ${day(validUntil)}）。`,
        today: `${whose['zh-CN']}${type}今天到期（有效期至 ${day(validUntil)}，当日仍有效）。`,
        over: `${whose['zh-CN']}${type}已于 ${day(validUntil)} 到期。`,
      };
      const en = {
        ahead: `${whose.en} ${type} expires in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}: it is valid until ${day(validUntil)}.`,
        today: `${whose.en} ${type} expires today, ${day(validUntil)}. It is valid until the end of the day.`,
        over: `${whose.en} ${type} expired after ${day(validUntil)}.`,
      };
      const grace = news.graceDays;
      return userMail(setting, {
        'zh-CN': [
          left === 'over'
            ? `${type}已到期`
            : left === 'today'
              ? `${type}今天到期`
              : `${type}还有 ${daysLeft} 天到期`,
          zh[left],
          `${grace ? `宽限 ${grace} 天，此后` : ''}${consequence}。续期通过后自动恢复。`,
          ...(own ? ['请上传续期后的证件：'] : []),
          link,
        ],
        en: [
          left === 'over'
            ? `${type} expired`
            : left === 'today'
              ? `${type} expires today`
              : `${type} expires in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`,
          en[left],
          `After that${grace ? ` and ${grace} days of grace` : ''}, ${consequence}. This ends automatically when a renewal is accepted.`,
          ...(own ? ['Submit the renewed document here:'] : []),
          link,
        ],
      });
    }
    case 'accepted': {
      const until = {
        'zh-CN': news.validUntil ? `有效期至 ${day(news.validUntil)}` : '长期有效',
        en: news.validUntil ? `valid until ${day(news.validUntil)}` : 'valid long-term',
      };
      return userMail(setting, {
        'zh-CN': [`${type}续期已通过`, `${whose['zh-CN']}${type}续期已通过，${until['zh-CN']}。`, link],
        en: [
          `${type}: renewal accepted`,
          `${whose.en} ${type}: the renewal was accepted, ${until.en}.`,
          link,
        ],
      });
    }
    case 'refused':
      return userMail(setting, {
        'zh-CN': [
          `${type}续期未通过`,
          `${whose['zh-CN']}${type}续期未通过。`,
          `原因：${news.reason}`,
          '您可以重新提交：',
          link,
        ],
        en: [
          `${type}: renewal refused`,
          `${whose.en} ${type}: the renewal was refused.`,
          `Reason: ${news.reason}`,
          'You can submit another one:',
          link,
        ],
      });
  }
}
