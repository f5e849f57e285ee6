import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useEffect } from 'react';
import { Link, useParams } from 'react-router';
import type { Action } from '../../actions/ActionBar';
import { api, data, idempotencyKey } from '../../api/client';
import type { Answer, PostBody } from '../../api/types';
import { useIsRole, useMe } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { hrefOf } from '../../detail/kinds';
import { Facts, Panel } from '../../detail/Panel';
import { Reveal } from '../../detail/Reveal';
import { APPLICANT_KINDS, CHANNELS, NamedList, REASON_CODES } from '../../locale/compliance';
import { type Locale, type Text, useLocale, useT } from '../../locale/locale';
import { RegionText } from '../../locale/regions';
import { WORDS } from '../../locale/words';
import { TimeText } from '../../ui/format';
import { Checks } from './Checks';
import { Credentials } from './Credentials';
import { ClaimText, isOpen } from './list';
import { Rounds } from './Rounds';
import { useNext } from './useNext';

type Application = Answer<'/v1/applications/{id}'>;
type Reasons = Answer<'/v1/reason-codes'>['items'];

const REVIEWERS = ['admin', 'compliance'] as const;
/** A claim lapses after half an hour; whoever has the page open keeps it. */
const RENEW_EVERY_MS = 10 * 60_000;

const TEXTS = {
  answers: { zh: '申请资料', en: 'Answers' },
  decision: { zh: '审核结果', en: 'Decision' },
  reasonCode: { zh: '原因', en: 'Reason' },
  internalNote: { zh: '内部备注（申请人看不到）', en: 'Note for reviewers; the applicant never sees it' },
  toldApplicant: { zh: '申请人会收到：', en: 'The applicant is told: ' },
  meaning: { zh: '内部说明：', en: 'Among reviewers: ' },
} satisfies Record<string, Text>;

/** The review of one application. */
export default function ApplicationPage() {
  const { id = '' } = useParams();
  return <Review key={id} id={id} />;
}

function Review({ id }: { id: string }) {
  const t = useT();
  const actions = useActions(id);
  return (
    <DetailPage
      kind="application"
      id={id}
      load={(signal) => data(api.GET('/v1/applications/{id}', { params: { path: { id } }, signal }))}
      title={({ name }) => t({ zh: `申请：${name}`, en: `Application of ${name}` })}
      state={({ state }) => state}
      actions={actions}
      process="application"
    >
      {(application) => <Body application={application} />}
    </DetailPage>
  );
}

function Body({ application }: { application: Application }) {
  return (
    <>
      <ClaimNotice application={application} />
      <Decision application={application} />
      <div className="halves">
        <Answers application={application} />
        <Checks application={application} />
      </div>
      <Credentials title={{ zh: '资质', en: 'Credentials' }} items={application.credentials} />
      <Rounds application={application} />
    </>
  );
}

/** Says who works on it, and keeps one's own claim while the page is open. */
function ClaimNotice({ application: { id, state, claim } }: { application: Application }) {
  const t = useT();
  const me = useMe();
  const isReviewer = useIsRole(...REVIEWERS);
  const isMine = claim?.userId === me.user.id;

  useEffect(() => {
    if (!isMine) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'hidden') return;
      const params = { path: { id }, header: idempotencyKey() };
      // Lost, it is said by the next answer of the page.
      api.POST('/v1/applications/{id}/claim', { params }).catch(() => undefined);
    }, RENEW_EVERY_MS);
    return () => clearInterval(timer);
  }, [id, isMine]);

  if (!isOpen(state) || !isReviewer) return null;
  if (!claim) {
    return (
      <Alert
        style={{ marginBottom: 16 }}
        type="info"
        showIcon
        title={t({
          zh: '还没有人领取。先领取，同事就不会同时处理这份申请。',
          en: 'Nobody works on it yet. Claim it first, so that no colleague does so at the same time.',
        })}
      />
    );
  }
  if (isMine) return null;
  return (
    <Alert
      style={{ marginBottom: 16 }}
      type="warning"
      showIcon
      title={t({ zh: `${claim.name} 正在审核这份申请`, en: `${claim.name} is working on this application` })}
      description={
        <>
          {t({ zh: '领取有效期至 ', en: 'The claim lasts until ' })}
          <TimeText at={claim.expiresAt} />
          {t({
            zh: '。在此之前只有该同事和管理员可以作出决定；请领取下一件，或请对方放回。',
            en: '. Until then only this colleague and administrators decide. Take the next one, or ask for it to be given back.',
          })}
        </>
      }
    />
  );
}

function Decision({ application }: { application: Application }) {
  const t = useT();
  const { state, tier, reasonCode, decisionReason, decisionNote, decidedBy, decidedAt } = application;
  const { distributorId, changesRequested, changesDeadline, changesNote } = application;
  const code = reasonCode ? t(REASON_CODES[reasonCode] ?? { zh: reasonCode, en: reasonCode }) : undefined;
  if (state === 'changes_requested') {
    return (
      <Panel title={{ zh: '等待申请人补充', en: 'Waits for the applicant' }}>
        <Facts
          facts={[
            [TEXTS.reasonCode, code],
            [{ zh: '期限', en: 'Deadline' }, <TimeText key="at" at={changesDeadline} />],
            [
              { zh: '告知申请人', en: 'The applicant was told' },
              <Lines key="told" text={changesRequested} />,
            ],
            [WORDS.note, changesNote ?? undefined],
          ]}
        />
      </Panel>
    );
  }
  if (!decidedAt) return null;
  return (
    <Panel title={TEXTS.decision}>
      <Facts
        facts={[
          [{ zh: '处理人', en: 'Decided by' }, decidedBy ?? undefined],
          [{ zh: '处理时间', en: 'Decided' }, <TimeText key="at" at={decidedAt} />],
          [WORDS.tier, tier ?? undefined],
          [TEXTS.reasonCode, code],
          [
            { zh: '告知申请人', en: 'The applicant was told' },
            decisionReason ? <Lines text={decisionReason} /> : undefined,
          ],
          [WORDS.note, decisionNote ?? undefined],
          [
            WORDS.distributor,
            distributorId ? (
              <Link to={hrefOf('distributor', distributorId)}>
                {t({ zh: '查看分销商', en: 'Open the distributor' })}
              </Link>
            ) : undefined,
          ],
        ]}
      />
    </Panel>
  );
}

function Lines({ text }: { text: string | null }) {
  return <span style={{ whiteSpace: 'pre-wrap' }}>{text ?? '–'}</span>;
}

function Answers({ application }: { application: Application }) {
  const t = useT();
  const { id, kind, bankAccount, claim } = application;
  const reveal = (field: 'identityNumber' | 'bankAccount') => async (reason: string) =>
    (
      await data(
        api.POST('/v1/applications/{id}/reveal', {
          params: { path: { id }, header: idempotencyKey() },
          body: { field, reason },
        }),
      )
    ).value;
  const identity: Text =
    kind === 'person'
      ? { zh: '身份证号码', en: 'Identity number' }
      : { zh: '统一社会信用代码', en: 'Unified social credit code' };
  const account: Text = { zh: '收款账户', en: 'Bank account' };
  return (
    <Panel title={TEXTS.answers}>
      <Facts
        columns={1}
        facts={[
          [{ zh: '审核人', en: 'Claimed by' }, <ClaimText key="claim" claim={claim} />],
          [WORDS.kind, t(APPLICANT_KINDS[kind])],
          [{ zh: '名称', en: 'Name' }, application.name],
          [
            identity,
            <Reveal
              key="identity"
              masked={application.identityNumberMasked}
              label={identity}
              roles={REVIEWERS}
              load={reveal('identityNumber')}
            />,
          ],
          [{ zh: '手机', en: 'Phone' }, application.phone],
          [
            { zh: '邮箱', en: 'Mail' },
            <span key="mail" style={{ overflowWrap: 'anywhere' }}>
              {application.email}
            </span>,
          ],
          [{ zh: '申请区域', en: 'Region' }, <RegionText key="region" region={application.region} />],
          [
            { zh: '销售渠道', en: 'Channels' },
            <NamedList key="channels" names={CHANNELS} codes={application.channels} />,
          ],
          [
            account,
            <Reveal
              key="account"
              masked={bankAccount.numberMasked}
              label={account}
              roles={REVIEWERS}
              load={reveal('bankAccount')}
            />,
          ],
          [
            { zh: '户名与银行', en: 'Holder and bank' },
            <span key="holder">
              {bankAccount.holder}
              {t({ zh: '，', en: ', ' })}
              {bankAccount.bankName}
            </span>,
          ],
          [{ zh: '上级推荐码', en: "Sponsor's code" }, application.sponsorCode ?? undefined],
          [{ zh: '商城客户号', en: 'Customer id in the shop' }, application.shopCustomerId ?? undefined],
          [
            { zh: '沟通语言', en: 'Written to in' },
            application.locale === 'en' ? 'English' : t({ zh: '中文', en: 'Chinese' }),
          ],
          [{ zh: '提交时间', en: 'Handed in' }, <TimeText key="at" at={application.submittedAt} />],
          [{ zh: '轮次', en: 'Round' }, application.round],
        ]}
      />
    </Panel>
  );
}

function useActions(id: string): (application: Application) => Action[] {
  const me = useMe();
  const next = useNext(false);
  const isReviewer = useIsRole(...REVIEWERS);
  const reasons = useQuery({
    queryKey: ['reason-codes'],
    queryFn: () => data(api.GET('/v1/reason-codes')),
    enabled: isReviewer,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const tiers = useTiers(isReviewer);

  return (application) => {
    const { state, claim, failedChecks } = application;
    const isMine = claim?.userId === me.user.id;
    const mayDecide = state === 'in_review' && (!claim || isMine || me.user.role === 'admin');
    const path = { id };
    const reasonField = (decision: Reasons[number]['decision']) =>
      ({
        name: 'reasonCode',
        label: TEXTS.reasonCode,
        kind: 'select',
        required: true,
        options: (reasons.data?.items ?? [])
          .filter((reason) => reason.decision === decision)
          .map(({ code, internal }) => ({
            value: code,
            label: REASON_CODES[code] ?? { zh: internal['zh-CN'], en: internal.en },
          })),
        preview: (code: string) => (
          <ReasonPreview
            reason={reasons.data?.items.find((reason) => reason.code === code)}
            locale={application.locale === 'en' ? 'en' : 'zh-CN'}
          />
        ),
      }) as const;
    return [
      {
        key: 'claim',
        label: { zh: '领取', en: 'Claim' },
        shortcut: 'm',
        roles: REVIEWERS,
        available: isOpen(state) && !claim,
        primary: true,
        direct: true,
        fields: [],
        run: (_body, header) => api.POST('/v1/applications/{id}/claim', { params: { path, header } }),
        done: { zh: '已领取', en: 'It is yours' },
      },
      {
        key: 'approve',
        label: { zh: '通过', en: 'Approve' },
        shortcut: 'a',
        roles: REVIEWERS,
        available: mayDecide,
        primary: Boolean(isMine),
        summary: failedChecks > 0 && <FailedChecksNotice count={failedChecks} />,
        fields: [
          {
            name: 'tier',
            label: { zh: '等级（决定佣金比例）', en: 'Tier; it sets rates and rights' },
            kind: 'suggest',
            options: tiers,
            required: true,
          },
          {
            name: 'note',
            label:
              failedChecks > 0 ? { zh: '仍然通过的理由', en: 'Why it is approved all the same' } : WORDS.note,
            kind: 'textarea',
            maxLength: 2000,
            required: failedChecks > 0,
          },
        ],
        run: (body, header) =>
          api.POST('/v1/applications/{id}/approve', {
            params: { path, header },
            body: body as PostBody<'/v1/applications/{id}/approve'>,
          }),
        done: { zh: '已通过，已成为分销商', en: 'Approved: the applicant is a distributor now' },
      },
      {
        key: 'request-changes',
        label: { zh: '要求补充', en: 'Ask for changes' },
        shortcut: 'c',
        roles: REVIEWERS,
        available: mayDecide,
        fields: [
          reasonField('request_changes'),
          {
            name: 'message',
            label: { zh: '补充说明（发给申请人）', en: 'More for the applicant' },
            kind: 'textarea',
            maxLength: 4000,
          },
          {
            name: 'deadline',
            label: { zh: '期限', en: 'Deadline' },
            kind: 'time',
            help: {
              zh: '不填则按默认期限。逾期未补充会自动撤回。',
              en: 'Left out: the usual time. Unanswered, the application is withdrawn then.',
            },
          },
          { name: 'note', label: TEXTS.internalNote, kind: 'textarea', maxLength: 2000 },
        ],
        run: (body, header) =>
          api.POST('/v1/applications/{id}/request-changes', {
            params: { path, header },
            body: body as PostBody<'/v1/applications/{id}/request-changes'>,
          }),
        done: { zh: '已通知申请人补充', en: 'The applicant is asked for changes' },
      },
      {
        key: 'reject',
        label: { zh: '驳回', en: 'Reject' },
        shortcut: 'd',
        roles: REVIEWERS,
        available: mayDecide,
        danger: true,
        fields: [
          reasonField('reject'),
          {
            name: 'reason',
            label: { zh: '补充说明（发给申请人）', en: 'More for the applicant' },
            kind: 'textarea',
            maxLength: 2000,
          },
          { name: 'note', label: TEXTS.internalNote, kind: 'textarea', maxLength: 2000 },
        ],
        run: (body, header) =>
          api.POST('/v1/applications/{id}/reject', {
            params: { path, header },
            body: body as PostBody<'/v1/applications/{id}/reject'>,
          }),
        done: { zh: '已驳回', en: 'Rejected' },
      },
      {
        key: 'release-claim',
        label: isMine ? { zh: '放回队列', en: 'Give back' } : { zh: '解除领取', en: 'End the claim' },
        shortcut: 'u',
        roles: REVIEWERS,
        available: isOpen(state) && Boolean(claim) && (isMine || me.user.role === 'admin'),
        direct: true,
        fields: [],
        run: (_body, header) => api.POST('/v1/applications/{id}/release-claim', { params: { path, header } }),
        done: { zh: '已放回队列', en: 'It is back in the queue' },
      },
      {
        key: 'withdraw',
        label: { zh: '代为撤回', en: 'Withdraw for the applicant' },
        roles: REVIEWERS,
        available: isOpen(state) || state === 'changes_requested',
        fields: [],
        summary: <WithdrawSummary />,
        run: (_body, header) => api.POST('/v1/applications/{id}/withdraw', { params: { path, header } }),
        done: { zh: '已撤回', en: 'Withdrawn' },
      },
      { ...next, primary: !isOpen(state) || (Boolean(claim) && !isMine) },
    ];
  };
}

function WithdrawSummary() {
  return useT()({
    zh: '仅在申请人要求撤回时使用；撤回后不能恢复，申请人需重新申请。',
    en: 'Only when the applicant asks for it. It is final: a new application is needed afterwards.',
  });
}

function FailedChecksNotice({ count }: { count: number }) {
  const t = useT();
  return (
    <Alert
      type="warning"
      showIcon
      title={t({
        zh: `${count} 项自动检查未通过，通过时须写明理由。`,
        en: `${count} automatic checks failed: say why you approve all the same.`,
      })}
    />
  );
}

/** What a reason code says to the applicant, in the applicant's language, and to reviewers, in theirs. */
function ReasonPreview({ reason, locale }: { reason: Reasons[number] | undefined; locale: Locale }) {
  const t = useT();
  const own = useLocale().locale;
  if (!reason) return null;
  return (
    <div style={{ marginTop: 4 }}>
      <div>
        <span className="strong">{t(TEXTS.toldApplicant)}</span>
        <span lang={locale}>{reason.public[locale]}</span>
      </div>
      <div>
        <span className="strong">{t(TEXTS.meaning)}</span>
        {reason.internal[own]}
      </div>
    </div>
  );
}

/** Tiers that the plan in force names. */
function useTiers(enabled: boolean): string[] {
  const plans = useQuery({
    queryKey: ['tiers'],
    queryFn: () =>
      data(api.GET('/v1/commission-plans', { params: { query: { state: 'in_force', limit: 1 } } })),
    enabled,
    staleTime: 300_000,
  });
  const rules = (plans.data?.items ?? []).flatMap(({ terms }) =>
    terms.levels.flatMap((level) => level.rules.map(({ tier }) => tier)),
  );
  return [...new Set(['standard', ...rules.filter((tier) => tier !== undefined)])].sort();
}
