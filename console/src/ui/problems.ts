import { useCallback } from 'react';
import { ProblemError } from '../api/problem';
import { type Text, useLocale } from '../locale/locale';

/** What the person reads where the API refuses for a reason that is the same on every page. */
const TITLES: Record<string, Text> = {
  role_not_allowed: { zh: '您没有权限查看或执行此操作', en: 'You have no right to see or do this' },
  not_found: { zh: '没有找到', en: 'Not found' },
  temporarily_unavailable: {
    zh: '服务暂时不可用，请稍后重试',
    en: 'The service is away for the moment; try again shortly',
  },
  too_many_requests: { zh: '操作太频繁，请稍候', en: 'Too many requests; wait a moment' },
  body_not_valid: { zh: '有内容填写不正确', en: 'Something is not filled in right' },
  application_decided: { zh: '这份申请已处理完毕', en: 'This application is decided already' },
  application_state: {
    zh: '申请的状态已改变，不能执行此操作',
    en: 'The application is in another state by now',
  },
  note_required: {
    zh: '有检查未通过：请写明仍然通过的理由',
    en: 'A check failed: say why it is approved all the same',
  },
  blacklisted: { zh: '申请人的号码在黑名单上，不能通过', en: 'A number of the applicant is blacklisted' },
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
  no_bank_account: { zh: '没有收款账户，请联系客服补充', en: 'There is no bank account on record' },
  withdrawal_decided: { zh: '这笔提现的状态已改变', en: 'The withdrawal is in another state by now' },
  claimed_by_another: { zh: '已被其他同事领取', en: 'A colleague has claimed this' },
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
