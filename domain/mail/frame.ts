import type { Locale } from '../application';

/** Placeholders in the stored text of an email; the addresses are filled in when it is sent. */
export const mailLinks = {
  console: '{{console}}',
  application: '{{application}}',
  signIn: '{{sign-in}}',
  confirmAddress: '{{confirm-address}}',
} as const;

/** Recipient and sender of an email to a user. */
export interface UserMailSetting {
  brand: string;
  timeZone: string;
  locale: Locale;
  name: string;
}

/** Subject and body of an email. */
export interface MailText {
  subject: string;
  body: string;
}

/** Formats times in a language and an IANA zone. */
export function timeIn({
  locale,
  timeZone,
}: Pick<UserMailSetting, 'locale' | 'timeZone'>): (date: Date) => string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone });
  return (date) => format.format(date);
}

/** Puts subject, greeting and lines of an email together in the language of the user. */
export function userMail(
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
