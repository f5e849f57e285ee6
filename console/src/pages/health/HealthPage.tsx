import { CheckCircleFilled, CloseCircleFilled, WarningFilled } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Skeleton, Table } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { useIsRole, useMe } from '../../app/session';
import { Facts, Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { TimeText, useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';

type Health = Answer<'/v1/system/health'>;
type Grade = 'good' | 'warning' | 'bad';

const TEXTS = {
  title: { zh: '系统状态', en: 'System health' },
  database: { zh: '数据库', en: 'Database' },
  temporal: { zh: '流程引擎（Temporal）', en: 'Workflow engine (Temporal)' },
  workers: { zh: '后台处理程序', en: 'Workers' },
  mails: { zh: '邮件', en: 'Emails' },
  noWorkers: {
    zh: '没有后台处理程序在运行：订单和申请会被保存，但不会继续处理。请启动 worker。',
    en: 'No worker is running: orders and applications are stored but not processed. Start a worker.',
  },
  databaseAway: {
    zh: '数据库没有应答。请检查数据库是否在运行。',
    en: 'The database is not responding. Check that it is running.',
  },
  temporalAway: {
    zh: 'Temporal 没有应答。新的订单无法入账，请检查它是否在运行。',
    en: 'Temporal is not responding. New orders cannot be recorded; check that it is running.',
  },
  migrations: {
    zh: '有未完成的数据库升级，请工程师处理。',
    en: 'A database migration did not finish. Ask an engineer to fix it.',
  },
  open: { zh: '在 Temporal 中查看', en: 'View in Temporal' },
} satisfies Record<string, Text>;

const GRADES: Record<Grade, { icon: ReactNode; text: Text }> = {
  good: {
    icon: <CheckCircleFilled style={{ color: '#2b7a1f' }} />,
    text: { zh: '正常', en: 'OK' },
  },
  warning: {
    icon: <WarningFilled style={{ color: '#9a5b00' }} />,
    text: { zh: '需要留意', en: 'Needs attention' },
  },
  bad: {
    icon: <CloseCircleFilled style={{ color: '#c02626' }} />,
    text: { zh: '不可用', en: 'Unavailable' },
  },
};

/** System health, refreshed every few seconds. */
export default function HealthPage() {
  const t = useT();
  const health = useQuery({
    queryKey: ['health'],
    queryFn: () => data(api.GET('/v1/system/health')),
    refetchInterval: 5_000,
  });
  if (health.error && !health.data)
    return <FullPageProblem error={health.error} retry={() => void health.refetch()} />;
  return (
    <Page title={t(TEXTS.title)}>
      {health.isPending && <Skeleton active />}
      {health.data && (
        <>
          <p className="muted">
            {t({ zh: '版本', en: 'Version' })} {health.data.version} · {t({ zh: '读取于', en: 'as of' })}{' '}
            <TimeText at={new Date(health.dataUpdatedAt).toISOString()} />
          </p>
          <div className="panels">
            <DatabasePanel health={health.data} />
            <TemporalPanel health={health.data} />
            <WorkersPanel health={health.data} />
            <MailsPanel health={health.data} />
          </div>
        </>
      )}
    </Page>
  );
}

function GradeText({ grade }: { grade: Grade }) {
  const t = useT();
  const { icon, text } = GRADES[grade];
  return (
    <span style={{ fontWeight: 'normal' }}>
      <span aria-hidden>{icon}</span> {t(text)}
    </span>
  );
}

function DatabasePanel({ health: { database } }: { health: Health }) {
  const t = useT();
  const { number } = useFormats();
  const unfinished = database.migrations?.unfinished ?? [];
  const grade = !database.reachable ? 'bad' : unfinished.length ? 'warning' : 'good';
  return (
    <Panel title={TEXTS.database} extra={<GradeText grade={grade} />}>
      {!database.reachable && <Alert type="error" showIcon title={t(TEXTS.databaseAway)} />}
      {unfinished.length > 0 && (
        <Alert type="warning" showIcon title={t(TEXTS.migrations)} description={unfinished.join(', ')} />
      )}
      <Facts
        facts={[
          [
            { zh: '应答时间', en: 'Response time' },
            database.answerMs === null ? undefined : `${number(database.answerMs)} ms`,
          ],
          [
            { zh: '大小', en: 'Size' },
            database.sizeBytes === null
              ? undefined
              : `${number(Math.round(database.sizeBytes / 1_048_576))} MB`,
          ],
          [{ zh: '升级脚本', en: 'Migrations' }, database.migrations?.applied],
        ]}
      />
    </Panel>
  );
}

/** Tasks always wait a moment; waiting longer than this means too few workers. */
const LATE_MS = 10_000;

function TemporalPanel({ health: { temporal } }: { health: Health }) {
  const t = useT();
  const me = useMe();
  const { number } = useFormats();
  const late = temporal.taskQueues.some(({ backlogAgeMs }) => (backlogAgeMs ?? 0) > LATE_MS);
  return (
    <Panel
      title={TEXTS.temporal}
      extra={<GradeText grade={!temporal.reachable ? 'bad' : late ? 'warning' : 'good'} />}
    >
      {!temporal.reachable && <Alert type="error" showIcon title={t(TEXTS.temporalAway)} />}
      {temporal.reachable && (
        <Table
          size="small"
          rowKey="type"
          pagination={false}
          scroll={{ x: 'max-content' }}
          dataSource={temporal.taskQueues}
          columns={[
            {
              key: 'type',
              title: t({ zh: '队列', en: 'Queue' }),
              render: (_, { type }) =>
                type === 'workflow'
                  ? t({ zh: '流程', en: 'Workflows' })
                  : t({ zh: '步骤', en: 'Activities' }),
            },
            {
              key: 'backlog',
              title: t({ zh: '等待的任务', en: 'Pending tasks' }),
              align: 'right',
              render: (_, { backlog }) => (backlog === null ? '–' : number(backlog)),
            },
            {
              key: 'age',
              title: t({ zh: '最久等待', en: 'Longest wait' }),
              align: 'right',
              render: (_, { backlogAgeMs }) =>
                backlogAgeMs === null ? '–' : `${number(Math.round(backlogAgeMs / 1000))} s`,
            },
            { key: 'pollers', title: t(TEXTS.workers), align: 'right', dataIndex: 'pollers' },
          ]}
        />
      )}
      {me.temporalUiUrl && (
        <p>
          <a href={me.temporalUiUrl} target="_blank" rel="noreferrer">
            {t(TEXTS.open)}
          </a>
        </p>
      )}
    </Panel>
  );
}

function WorkersPanel({ health: { workers, temporal } }: { health: Health }) {
  const t = useT();
  return (
    <Panel title={TEXTS.workers} extra={<GradeText grade={workers.length ? 'good' : 'bad'} />}>
      {workers.length === 0 && temporal.reachable && (
        <Alert type="error" showIcon title={t(TEXTS.noWorkers)} />
      )}
      <ul style={{ margin: 0, paddingInlineStart: 18 }}>
        {workers.map(({ identity, lastSeenAt }) => (
          <li key={identity}>
            {identity} ·{' '}
            <span className="muted">
              <TimeText at={lastSeenAt} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function MailsPanel({ health: { mails } }: { health: Health }) {
  const t = useT();
  const grade = !mails ? 'bad' : mails.undeliverable ? 'warning' : 'good';
  return (
    <Panel title={TEXTS.mails} extra={<GradeText grade={grade} />}>
      {mails && (
        <Facts
          facts={[
            [
              { zh: '待发送', en: 'Pending' },
              <MailCount key="pending" state="pending" count={mails.pending} capped={mails.capped} />,
            ],
            [
              { zh: '无法送达', en: 'Undeliverable' },
              <MailCount
                key="undeliverable"
                state="undeliverable"
                count={mails.undeliverable}
                capped={mails.capped}
              />,
            ],
            [
              { zh: '最早待发送', en: 'Oldest pending' },
              mails.oldestPendingAt ? <TimeText key="oldest" at={mails.oldestPendingAt} /> : undefined,
            ],
          ]}
        />
      )}
      {!mails && <span className="muted">{t(TEXTS.databaseAway)}</span>}
    </Panel>
  );
}

interface MailCountProps {
  state: 'pending' | 'undeliverable';
  count: number;
  capped: boolean;
}

/** Counts all emails; users who cannot see all of them get no link to the shorter list. */
function MailCount({ state, count, capped }: MailCountProps) {
  const { number } = useFormats();
  const shown = `${number(count)}${capped ? '+' : ''}`;
  return useIsRole('admin') ? <Link to={`/mails?state=${state}`}>{shown}</Link> : shown;
}
