import { useCallback } from 'react';
import { type ProblemCode, ProblemError } from '../api/problem';
import { type Text, useLocale } from '../locale/locale';

/** What the person reads where the API refuses for a reason that is the same on every page. */
const TITLES: Partial<Record<ProblemCode, Text>> = {
  role_not_allowed: { zh: '您没有权限查看或执行此操作', en: 'You have no right to see or do this' },
  not_found: { zh: '没有找到', en: 'Not found' },
  temporarily_unavailable: {
    zh: '服务暂时不可用，请稍后重试',
    en: 'The service is away for the moment; try again shortly',
  },
  seal_not_readable: {
    zh: '号码无法解密：缺少密钥，请联系管理员',
    en: 'The number can not be decrypted: its key is missing; tell an administrator',
  },
  too_many_requests: { zh: '操作太频繁，请稍候', en: 'Too many requests; wait a moment' },
  body_not_valid: { zh: '有内容填写不正确', en: 'Something is not filled in right' },
  application_decided: { zh: '这份申请已处理完毕', en: 'This application is decided already' },
  application_state: {
    zh: '申请的状态已改变，不能执行此操作',
    en: 'The application is in another state by now',
  },
  note_required: {
    zh: '有检查未通过：请写明仍然批准的理由',
    en: 'A check failed: say why it is approved all the same',
  },
  blacklisted: { zh: '申请人的号码在黑名单上，不能批准', en: 'A number of the applicant is blacklisted' },
  identity_number_taken: {
    zh: '该证件号已属于另一位分销商',
    en: 'Another distributor has this identity number',
  },
  shop_customer_taken: {
    zh: '该商城账号已属于另一位分销商',
    en: 'Another distributor has this customer id',
  },
  deadline_passed: { zh: '期限已过，请选择更晚的时间', en: 'The deadline lies in the past' },
  distributor_state: { zh: '分销商的状态已改变', en: 'The distributor is in another state by now' },
  already_blacklisted: { zh: '该号码已在黑名单上', en: 'The number is on the blacklist already' },
  below_minimum: { zh: '低于最低提现金额', en: 'This is less than the smallest withdrawal' },
  insufficient_available: { zh: '可提现余额不足', en: 'Not that much is available' },
  distributor_not_active: {
    zh: '账户已被暂停，暂时不能提现',
    en: 'The account is suspended: nothing can be withdrawn',
  },
  payouts_restricted: {
    zh: '打款受限制，暂时不能提现',
    en: 'Payouts are restricted: nothing can be withdrawn',
  },
  no_bank_account: { zh: '没有收款账户，请联系客服补充', en: 'There is no bank account on record' },
  withdrawal_decided: { zh: '这笔提现的状态已改变', en: 'The withdrawal is in another state by now' },
  claimed_by_another: { zh: '已被其他同事领取', en: 'A colleague has claimed this' },
  too_many_attempts: {
    zh: '尝试次数过多，请稍候再试（半分钟至十五分钟）',
    en: 'Too many attempts; wait a while, from half a minute to a quarter of an hour',
  },
  too_many_mails: {
    zh: '已多次申请邮件，请先查收（包括垃圾邮件），一小时后再试',
    en: 'Enough mails were asked for: look for them, also among spam, or try again in an hour',
  },
  link_not_valid: {
    zh: '链接已使用、已被新链接取代或已过期。请在登录页点击“忘记密码”获取新链接',
    en: 'The link was used, replaced or is too old. Get a new one with “Forgot your password?” on the sign-in page',
  },
  password_too_short: { zh: '密码至少需要 12 个字符', en: 'A password has at least 12 characters' },
  password_contains_address: {
    zh: '密码中含有您的邮箱地址，请换一个',
    en: 'The password contains your mail address; choose another',
  },
  password_too_common: {
    zh: '密码太常见，容易被猜到，请换一个',
    en: 'This password is easy to guess; choose another',
  },
  own_account: {
    zh: '不能变更自己的角色或停用自己，请由另一位管理员操作',
    en: 'Nobody changes the own role or disables the own account; ask another administrator',
  },
  last_admin: {
    zh: '这是最后一位能登录的管理员。请先让另一位管理员设置密码',
    en: 'This is the last administrator who can get in. Let another one set a password first',
  },
  user_of_distributor: {
    zh: '分销商的用户不能变更角色，请用另一个邮箱新增用户',
    en: "A distributor's user keeps that role; add another user with another mail address",
  },
  user_disabled: { zh: '该用户已停用，请先重新启用', en: 'The user is disabled; enable the user first' },
  scope_not_for_role: {
    zh: '所选权限中有该用户的角色没有的权限',
    en: 'The role of this user does not have all of these scopes',
  },
  mail_state: {
    zh: '这封邮件已在发送或已送达，无需重发',
    en: 'This mail is on its way or was sent already',
  },
  mail_link_over: {
    zh: '邮件中的一次性链接已失效，请在用户页面生成新链接（会自动发送邮件）',
    en: "The one-time link in it is over. Make a new one on the user's page; it is mailed by itself",
  },
  csrf_refused: { zh: '请求来源不被信任，请刷新页面', en: 'The request was not trusted; reload the page' },
};

const REFUSED: Text = { zh: '操作未被接受', en: 'This was not accepted' };
const AWAY: Text = { zh: '无法连接服务器', en: 'The server can not be reached' };
const AWAY_DETAIL: Text = {
  zh: '请检查网络；服务器恢复后重试即可，已填写的内容不会丢失。',
  en: 'Check the network and try again; nothing you typed is lost.',
};
const BROKEN: Text = { zh: '服务器出错', en: 'The server failed' };

/** Writes an error for the person: what happened, and the API's own words for why. */
export function useProblemText(): (error: unknown) => { title: string; detail?: string } {
  const { t, locale } = useLocale();
  return useCallback(
    (error) => {
      if (!(error instanceof ProblemError)) return { title: t(AWAY), detail: t(AWAY_DETAIL) };
      const known = TITLES[error.code];
      const title = t(known ?? (error.status >= 500 ? BROKEN : REFUSED));
      // The API writes English; where the title says it already, nobody has to read it twice.
      return { title, detail: known && locale === 'zh-CN' ? undefined : error.message };
    },
    [t, locale],
  );
}
