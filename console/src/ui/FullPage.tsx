import { Button, Result, Spin } from 'antd';
import { useT } from '../locale/locale';
import { useProblemText } from './problems';

/** Shown while loading. */
export function FullPageSpinner() {
  const t = useT();
  return (
    <div className="full-page" role="status" aria-label={t({ zh: '正在加载', en: 'Loading' })}>
      <Spin size="large" delay={400} />
    </div>
  );
}

/** Shown instead of a page, with the reason and a link. */
export function FullPageProblem({ error, retry }: { error: Error; retry: () => void }) {
  const t = useT();
  const text = useProblemText()(error);
  return (
    <Result
      status="warning"
      title={<h1>{text.title}</h1>}
      subTitle={text.detail}
      extra={
        <Button type="primary" onClick={retry}>
          {t({ zh: '重试', en: 'Retry' })}
        </Button>
      }
    />
  );
}
