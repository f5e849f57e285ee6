import { useQuery } from '@tanstack/react-query';
import { Alert, Result, Skeleton } from 'antd';
import { Link, useLocation } from 'react-router';
import { STAFF } from '../../../../domain/roles';
import { ActionBar } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { SubjectName } from '../../detail/subjects';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { TimeText, useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';
import { discardAction } from '../order/UnappliedEvents';

type Stuck = Answer<'/v1/stuck-work'>['items'][number];

const TEXTS = {
  title: { zh: '异常任务', en: 'Stuck work' },
  noProblems: { zh: '一切正常', en: 'No problems' },
  noProblemsHint: {
    zh: '没有失败、超时或无法送达的任务。',
    en: 'There are no failed, overdue or undeliverable items.',
  },
  since: { zh: '始于', en: 'Since' },
  more: {
    zh: '还有更多同类任务，只显示最早的 100 条。它们多半是同一个原因。',
    en: 'There are more of this kind; only the oldest 100 are shown. They most likely have the same cause.',
  },
} satisfies Record<string, Text>;

const KINDS: Record<Stuck['kind'], Text> = {
  failing_activity: { zh: '反复失败的步骤', en: 'Steps that fail repeatedly' },
  workflow_missing: { zh: '没有流程处理的任务', en: 'Open items without a workflow' },
  workflow_needless: { zh: '已结束但流程仍在等待', en: 'Workflows that wait for what is finished' },
  workflow_overdue: { zh: '未自动执行的步骤', en: 'Steps that did not happen automatically' },
  workflow_ahead: { zh: '进度比数据库新的流程', en: 'Workflows ahead of the database' },
  application_waits: { zh: '等待审核过久的申请', en: 'Applications waiting too long for review' },
  changes_overdue: { zh: '补充材料已过期', en: 'Overdue changes from applicants' },
  account_change_waits: { zh: '等待审核过久的资料变更', en: 'Account changes waiting too long for review' },
  account_change_unconfirmed: {
    zh: '久未确认的资料变更',
    en: 'Account changes waiting too long for confirmation',
  },
  account_change_not_applied: { zh: '未生效的资料变更', en: 'Account changes not brought into effect' },
  renewal_waits: { zh: '等待审核过久的续期', en: 'Renewals waiting too long for review' },
  reminder_not_sent: { zh: '未发出的到期提醒', en: 'Expiry reminders not sent' },
  order_not_recorded: { zh: '未入账的订单', en: 'Orders not recorded' },
  event_waiting: { zh: '等待订单的事件', en: 'Events waiting for their order' },
  event_refused: { zh: '接收后未生效的事件', en: 'Events refused after they were accepted' },
  window_not_closed: { zh: '未结束的退货期', en: 'Return windows not closed' },
  return_undecided: { zh: '久未处理的退货', en: 'Returns waiting too long for a decision' },
  release_running: { zh: '运行过久的结算批次', en: 'Release runs running too long' },
  restriction_over: { zh: '限制到期后仍未结算', en: 'Ended restrictions whose commissions are not released' },
  withdrawal_paying: { zh: '没有结果的提现', en: 'Withdrawals without a payout result' },
  bulk_running: { zh: '运行过久的批量操作', en: 'Bulk actions running too long' },
  payout_unconfirmed: { zh: '未确认的打款文件', en: 'Payout files not confirmed' },
  mail_undeliverable: { zh: '无法送达的邮件', en: 'Undeliverable emails' },
};

/** Failed, overdue and undeliverable work, since when, and what to do. */
export default function StuckWorkPage() {
  const t = useT();
  const { number } = useFormats();
  const stuck = useQuery({
    queryKey: ['stuck-work'],
    queryFn: () => data(api.GET('/v1/stuck-work')),
    refetchInterval: 15_000,
  });
  // Target of a link on the home page.
  const anchor = useLocation().hash.slice(1);
  if (stuck.error && !stuck.data)
    return <FullPageProblem error={stuck.error} retry={() => void stuck.refetch()} />;
  const items = stuck.data?.items ?? [];
  const kinds = [...new Set(items.map(({ kind }) => kind))];
  return (
    <Page title={t(TEXTS.title)}>
      {stuck.isPending && <Skeleton active />}
      {stuck.data && items.length === 0 && (
        <Result status="success" title={t(TEXTS.noProblems)} subTitle={t(TEXTS.noProblemsHint)} />
      )}
      {kinds.map((kind) => {
        const ofKind = items.filter((item) => item.kind === kind);
        const hasMore = stuck.data?.more.includes(kind);
        return (
          <section key={kind} id={kind} ref={kind === anchor ? scrollThere : undefined} className="panel">
            <h2>
              {t(KINDS[kind])} ({number(ofKind.length)}
              {hasMore && '+'})
            </h2>
            {hasMore && <Alert type="info" showIcon title={t(TEXTS.more)} />}
            {ofKind.map((item) => (
              <StuckItem key={`${item.subject}${item.since}${item.what.en}`} item={item} />
            ))}
          </section>
        );
      })}
    </Page>
  );
}

// Outside the page, so that it scrolls only once and not with each refresh.
const scrollThere = (section: HTMLElement | null) => section?.scrollIntoView();

function StuckItem({ item }: { item: Stuck }) {
  const t = useT();
  const { fromNow } = useFormats();
  return (
    <article className="stuck">
      <div>
        <span className="strong">{t(item.what)}</span>
        <div>{t(item.remedy)}</div>
        <div className="muted">
          {item.href === null ? (
            <SubjectName subject={item.subject} />
          ) : (
            <Link to={item.href} style={{ textDecoration: 'underline' }}>
              <SubjectName subject={item.subject} />
            </Link>
          )}{' '}
          · {t(TEXTS.since)} <TimeText at={item.since} /> ({fromNow(item.since)})
        </div>
      </div>
      <ActionBar
        actions={item.actions.map(({ name, path, body }) =>
          name === 'discard'
            ? discardAction(idIn(path), body?.key ?? '')
            : {
                key: name,
                label: { zh: '重新发送', en: 'Resend' },
                roles: STAFF,
                available: true,
                fields: [],
                summary: t(item.what),
                done: { zh: '已重新排队发送', en: 'Queued for sending again' },
                run: (_values, header) =>
                  api.POST('/v1/mails/{key}/resend', { params: { path: { key: idIn(path) }, header } }),
              },
        )}
      />
    </article>
  );
}

/** ID of the subject in the path of a call. */
const idIn = (path: string): string => decodeURIComponent(path.split('/')[3] ?? '');
