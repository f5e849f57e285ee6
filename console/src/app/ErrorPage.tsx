import { Button, Result, Space } from 'antd';
import { Link, useRouteError } from 'react-router';
import { ProblemError } from '../api/problem';
import { type Text, useT } from '../locale/locale';
import { useProblemText } from '../ui/problems';

const TEXTS = {
  broken: { zh: '页面出错', en: 'The page failed to load' },
  brokenHint: {
    zh: '刷新页面通常可以恢复；如果反复出现，请把下面的内容发给工程师。',
    en: 'Reloading usually helps. If it keeps failing, send the text below to an engineer.',
  },
  none: { zh: '没有这个页面', en: 'Page not found' },
  home: { zh: '回到首页', en: 'Back to the home page' },
  reload: { zh: '刷新', en: 'Reload' },
} satisfies Record<string, Text>;

/** Shown instead of a page that failed. */
export function ErrorPage() {
  const t = useT();
  const error = useRouteError();
  const problemText = useProblemText();
  const isProblem = error instanceof ProblemError;
  return (
    <Result
      status="error"
      title={<h1>{isProblem ? problemText(error).title : t(TEXTS.broken)}</h1>}
      subTitle={isProblem ? problemText(error).detail : t(TEXTS.brokenHint)}
      extra={
        <Space>
          <Button type="primary" onClick={() => window.location.reload()}>
            {t(TEXTS.reload)}
          </Button>
          <Link to="/">{t(TEXTS.home)}</Link>
        </Space>
      }
    >
      {!isProblem && <pre>{String(error)}</pre>}
    </Result>
  );
}

/** Shown for an unknown address. */
export function NotFoundPage() {
  const t = useT();
  return <Result status="404" title={<h1>{t(TEXTS.none)}</h1>} extra={<Link to="/">{t(TEXTS.home)}</Link>} />;
}
