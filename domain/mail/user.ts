import { type MailText, mailLinks, timeIn, type UserMailSetting, userMail } from './frame';

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

/** Writes the email to an admin about another user who has become an admin. Plain text. */
export function newAdminMail(
  setting: Omit<UserMailSetting, 'timeZone'>,
  { admin, by }: { admin: { name: string; email: string }; by: string },
): MailText {
  return userMail(setting, {
    en: [
      'New administrator',
      `${by} has made ${admin.name} (${admin.email}) an administrator.`,
      `If you do not expect this, disable the user at ${mailLinks.console}/users and look into the audit log.`,
    ],
    'zh-CN': [
      '新增管理员',
      `${by} 已将 ${admin.name}（${admin.email}）设为管理员。`,
      `如果您对此不知情，请在 ${mailLinks.console}/users 停用该用户，并查看审计日志。`,
    ],
  });
}
