import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Skeleton, Timeline } from 'antd';
import { useState } from 'react';
import { Link, useLocation, useParams } from 'react-router';
import { EVENTS } from '../../../../../domain/words/events';
import { CHANNELS } from '../../../../../domain/words/names';
import { ActionDialog } from '../../../actions/ActionDialog';
import { api, data, type IdempotencyKey } from '../../../api/client';
import { ProblemError } from '../../../api/problem';
import type { Answer } from '../../../api/types';
import { Facts } from '../../../detail/Panel';
import { type Applicant, uploadDocuments } from '../../../documents/documents';
import { CHECK_CODES, CodeNames, checkName } from '../../../locale/compliance';
import { type Text, useLocale, useT } from '../../../locale/locale';
import { RegionText } from '../../../locale/regions';
import { SignedOutPage } from '../../../session/SignedOutPage';
import { FullPageProblem } from '../../../ui/FullPage';
import { TimeText } from '../../../ui/format';
import { StateTag } from '../../../ui/StateTag';
import { ApplicationForm } from './ApplicationForm';
import { toDraft } from './draft';
import { OwnDocuments } from './OwnDocuments';
import { useBrand } from './useBrand';

type Application = Answer<'/v1/applications/{id}'>;

const TEXTS = {
  title: { zh: '我的申请', en: 'My application' },
  incomplete: { zh: '链接不完整或已失效', en: 'The link is incomplete or no longer valid' },
  incompleteHint: {
    zh: '请从邮件中重新打开完整链接（包含 # 后面的部分）。',
    en: 'Open the full link from the email again, including the part after #.',
  },
  requestedChanges: { zh: '请补充以下内容', en: 'Changes requested' },
  until: { zh: '期限：', en: 'Deadline: ' },
  lateHint: {
    zh: '逾期未补充，申请会自动撤回。',
    en: 'If you do not resubmit by then, the application is withdrawn automatically.',
  },
  failed: { zh: '自动检查发现的问题', en: 'Problems found by the automatic checks' },
  send: { zh: '提交补充', en: 'Submit changes' },
  progress: { zh: '进度', en: 'Progress' },
  withdraw: { zh: '撤回申请', en: 'Withdraw application' },
  withdrawHint: {
    zh: '撤回后不能恢复，如需加入要重新申请。',
    en: 'This cannot be undone. To join later you need to apply again.',
  },
} satisfies Record<string, Text>;

const SENTENCES: Record<Application['state'], Text> = {
  submitted: {
    zh: '申请已收到，正在自动检查。',
    en: 'We have received your application and are checking it automatically.',
  },
  in_review: {
    zh: '正在人工审核。有结果会发邮件通知您，无需一直等在这里。',
    en: 'Our staff are reviewing your application. We will email you the result; you do not need to wait here.',
  },
  changes_requested: { zh: '需要您补充或修改资料。', en: 'We need you to add or change something.' },
  approved: {
    zh: '恭喜，您已成为分销商！设置密码的链接已发到您的邮箱，设置后即可登录。',
    en: 'Congratulations, you are now a distributor. We have emailed you a link to set your password; then you can sign in.',
  },
  rejected: { zh: '很抱歉，申请未通过。', en: 'We are sorry, your application was not approved.' },
  withdrawn: { zh: '申请已撤回。', en: 'The application was withdrawn.' },
};

/** Progress of an application, for anyone with its link. */
export default function ApplicationStatusPage() {
  const t = useT();
  const brand = useBrand();
  const { id = '' } = useParams();
  const token = useLocation().hash.slice(1);
  const headers = { 'X-Applicant-Token': token };
  const application = useQuery({
    queryKey: ['own-application', id, token],
    queryFn: ({ signal }) =>
      data(api.GET('/v1/applications/{id}', { params: { path: { id } }, headers, signal })),
    enabled: token !== '',
    refetchInterval: ({ state }) =>
      state.data?.state === 'submitted' ? 4_000 : state.data?.state === 'in_review' ? 30_000 : false,
  });
  const isUnknown =
    application.error instanceof ProblemError && [400, 401, 404].includes(application.error.status);
  return (
    <SignedOutPage title={t(TEXTS.title)} brand={brand} wide>
      {!token || isUnknown ? (
        <Alert type="warning" showIcon title={t(TEXTS.incomplete)} description={t(TEXTS.incompleteHint)} />
      ) : application.data ? (
        <Progress
          application={application.data}
          headers={headers}
          onChange={async () => {
            await application.refetch();
          }}
        />
      ) : application.error ? (
        <FullPageProblem error={application.error} retry={() => void application.refetch()} />
      ) : (
        <Skeleton active />
      )}
    </SignedOutPage>
  );
}

interface ProgressProps {
  application: Application;
  headers: { 'X-Applicant-Token': string };
  onChange: () => Promise<void>;
}

function Progress({ application, headers, onChange }: ProgressProps) {
  const { t, locale } = useLocale();
  const [isWithdrawing, setWithdrawing] = useState(false);
  const { id, state, changesRequested, changesDeadline, decisionReason } = application;
  const applicant: Applicant = { applicationId: id, token: headers['X-Applicant-Token'] };
  const path = { id };
  const failed = application.checks.filter(({ passed }) => !passed);
  const mayWithdraw = state === 'submitted' || state === 'in_review' || state === 'changes_requested';

  const withdraw = async (_body: unknown, header: IdempotencyKey) => {
    await api.POST('/v1/applications/{id}/withdraw', { params: { path, header }, headers });
    setWithdrawing(false);
    await onChange();
  };

  return (
    <>
      <p>
        <StateTag state={state} /> <span className="strong">{t(SENTENCES[state])}</span>
      </p>
      {state === 'approved' && (
        <p>
          <Link to="/sign-in">{t({ zh: '去登录', en: 'Sign in' })}</Link>
        </p>
      )}
      {state === 'rejected' && decisionReason && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 16 }}
          title={t({ zh: '原因', en: 'Reason' })}
          description={<span style={{ whiteSpace: 'pre-wrap' }}>{decisionReason}</span>}
        />
      )}
      {state === 'changes_requested' && (
        <>
          <Alert
            type="warning"
            showIcon
            style={{ marginBottom: 16 }}
            title={t(TEXTS.requestedChanges)}
            description={
              <>
                <div style={{ whiteSpace: 'pre-wrap' }}>{changesRequested}</div>
                {changesDeadline && (
                  <div style={{ marginTop: 8 }}>
                    {t(TEXTS.until)}
                    <TimeText at={changesDeadline} /> {t(TEXTS.lateHint)}
                  </div>
                )}
              </>
            }
          />
          {failed.length > 0 && (
            <Alert
              type="info"
              style={{ marginBottom: 16 }}
              title={t(TEXTS.failed)}
              description={
                <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                  {failed.map(({ name, code, reason }) => (
                    <li key={name}>
                      {t(checkName(name))}
                      {t({ zh: '：', en: ': ' })}
                      {locale === 'zh-CN' && CHECK_CODES[code] ? t(CHECK_CODES[code]) : reason}
                    </li>
                  ))}
                </ul>
              }
            />
          )}
          <ApplicationForm
            storeAs={id}
            initial={toDraft(application)}
            masked={{
              identityNumber: application.identityNumberMasked,
              account: application.bankAccount.numberMasked,
            }}
            submit={TEXTS.send}
            onSubmit={async (body, header, files) => {
              const documentIds = await uploadDocuments(files, applicant);
              await api.POST('/v1/applications/{id}/resubmit', {
                params: { path, header },
                headers,
                body: documentIds.length ? { ...body, documentIds } : body,
              });
              await onChange();
              window.scrollTo(0, 0);
            }}
          />
        </>
      )}
      {state !== 'changes_requested' && <SubmittedData application={application} />}
      <OwnDocuments application={application} applicant={applicant} onChange={onChange} />
      <h2>{t(TEXTS.progress)}</h2>
      <Timeline
        items={application.timeline
          .filter(({ type }) => EVENTS[type])
          .reverse()
          .map(({ type, at }) => ({
            key: `${type}/${at}`,
            content: (
              <>
                {t(EVENTS[type]!)}{' '}
                <span className="muted">
                  <TimeText at={at} />
                </span>
              </>
            ),
          }))}
      />
      {mayWithdraw && (
        <Button danger onClick={() => setWithdrawing(true)}>
          {t(TEXTS.withdraw)}
        </Button>
      )}
      {isWithdrawing && (
        <ActionDialog
          title={t(TEXTS.withdraw)}
          summary={t(TEXTS.withdrawHint)}
          fields={[]}
          confirm={TEXTS.withdraw}
          danger
          onCancel={() => setWithdrawing(false)}
          onSubmit={withdraw}
        />
      )}
    </>
  );
}

function SubmittedData({ application }: { application: Application }) {
  return (
    <Facts
      columns={1}
      facts={[
        [{ zh: '申请编号', en: 'Number' }, application.id],
        [{ zh: '申请人', en: 'Applicant' }, application.name],
        [{ zh: '证件号码', en: 'Identity number' }, application.identityNumberMasked],
        [{ zh: '手机', en: 'Phone' }, application.phone],
        [{ zh: '邮箱', en: 'Email' }, application.email],
        [{ zh: '区域', en: 'Region' }, <RegionText key="region" region={application.region} />],
        [
          { zh: '销售渠道', en: 'Channels' },
          <CodeNames key="channels" names={CHANNELS} codes={application.channels} />,
        ],
        [
          { zh: '收款账户', en: 'Bank account' },
          `${application.bankAccount.numberMasked} ${application.bankAccount.bankName}`,
        ],
        [{ zh: '提交时间', en: 'Submitted' }, <TimeText key="at" at={application.submittedAt} />],
      ]}
    />
  );
}
