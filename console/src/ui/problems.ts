import { useCallback } from 'react';
import { ProblemError } from '../api/problem';
import { type Text, useT } from '../locale/locale';

/** What the person reads where the API refuses for a reason that is the same on every page. */
const TITLES: Record<string, Text> = {
  role_not_allowed: { zh: '您没有权限查看或执行此操作', en: 'You have no right to see or do this' },
  not_found: { zh: '没有找到', en: 'Not found' },
  unavailable: {
    zh: '服务暂时不可用，请稍后重试',
    en: 'The service is away for the moment; try again shortly',
  },
  too_many_requests: { zh: '操作太频繁，请稍候', en: 'Too many requests; wait a moment' },
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
  const t = useT();
  return useCallback(
    (error) => {
      if (!(error instanceof ProblemError)) return { title: t(AWAY), detail: t(AWAY_DETAIL) };
      const title = t(TITLES[error.code] ?? (error.status >= 500 ? BROKEN : REFUSED));
      return { title, detail: error.message };
    },
    [t],
  );
}
