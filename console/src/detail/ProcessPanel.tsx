import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import type { ProcessKind } from '../../../domain/kinds';
import { AWAITED } from '../../../domain/words/events';
import { api, data } from '../api/client';
import type { Answer } from '../api/types';
import { type Text, useT } from '../locale/locale';
import { TimeText } from '../ui/format';
import { Panel } from './Panel';

type Process = Answer<'/v1/processes/{kind}/{id}'>;

const TEXTS = {
  title: { zh: '流程', en: 'Process' },
  over: { zh: '流程已结束。', en: 'The process has ended.' },
  silent: { zh: '目前没有后台处理程序应答。', en: 'No worker is responding at the moment.' },
  nothing: { zh: '没有等待的事项。', en: 'Nothing pending.' },
  waitsFor: { zh: '正在等待：', en: 'Waiting for:' },
  until: { zh: '截至', en: 'until' },
  engineers: { zh: '在 Temporal 中查看', en: 'View in Temporal' },
} satisfies Record<string, Text>;

/** What the workflow of an entity is currently waiting for, and its failing activities. */
export function ProcessPanel({ kind, id }: { kind: ProcessKind; id: string }) {
  const t = useT();
  const process = useQuery({
    queryKey: ['process', kind, id],
    queryFn: () => data(api.GET('/v1/processes/{kind}/{id}', { params: { path: { kind, id } } })),
    refetchInterval: 10_000,
    retry: false,
  });
  const state = process.data;
  return (
    <Panel
      title={TEXTS.title}
      extra={
        state?.url && (
          <a href={state.url} target="_blank" rel="noreferrer" style={{ fontWeight: 'normal' }}>
            {t(TEXTS.engineers)}
          </a>
        )
      }
    >
      {process.error && <span className="muted">{t(TEXTS.silent)}</span>}
      {state && <Waiting state={state} />}
    </Panel>
  );
}

function Waiting({ state }: { state: Process }) {
  const t = useT();
  if (!state.running) return <span className="muted">{t(TEXTS.over)}</span>;
  if (!state.answered) return <Alert type="warning" showIcon title={t(TEXTS.silent)} />;
  return (
    <>
      {state.waitsFor.length === 0 && state.pendingActivities.length === 0 && (
        <span className="muted">{t(TEXTS.nothing)}</span>
      )}
      {state.waitsFor.length > 0 && <div className="muted">{t(TEXTS.waitsFor)}</div>}
      <ul style={{ margin: 0, paddingInlineStart: 18 }}>
        {state.waitsFor.map((awaited) => (
          <li key={awaited.what}>
            {AWAITED[awaited.what] ? t(AWAITED[awaited.what]!) : awaited.what}
            {awaited.until && (
              <>
                {' '}
                {t(TEXTS.until)} <TimeText at={awaited.until} />
              </>
            )}
          </li>
        ))}
      </ul>
      {state.pendingActivities.map(({ type, attempt, lastFailure }) => (
        <Alert
          key={type}
          style={{ marginTop: 6 }}
          type={lastFailure ? 'warning' : 'info'}
          title={`${type} · ${t({ zh: `第 ${attempt} 次尝试`, en: `attempt ${attempt}` })}`}
          description={lastFailure}
        />
      ))}
    </>
  );
}
