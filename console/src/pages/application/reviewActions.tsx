import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { REVIEWERS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import type { Action } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import type { Answer, PostBody } from '../../api/types';
import { useIsRole, useMe } from '../../app/session';
import { REASON_CODES } from '../../locale/compliance';
import { type Locale, type Text, useLocale, useT } from '../../locale/locale';
import type { Application } from './application';
import { isOpen } from './list';
import { useNext } from './useNext';

type Reasons = Answer<'/v1/reason-codes'>['items'];

const TEXTS = {
  reasonCode: { zh: '原因', en: 'Reason' },
  internalNote: { zh: '内部备注（申请人看不到）', en: 'Internal note (not visible to the applicant)' },
  toldApplicant: { zh: '申请人会收到：', en: 'The applicant receives: ' },
  meaning: { zh: '内部说明：', en: 'Internal meaning: ' },
} satisfies Record<string, Text>;

/** Actions of a reviewer on an application. */
export function useReviewActions(id: string): (application: Application) => Action[] {
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
        done: { zh: '已领取', en: 'Claimed' },
      },
      {
        key: 'approve',
        label: { zh: '批准', en: 'Approve' },
        shortcut: 'a',
        roles: REVIEWERS,
        available: mayDecide,
        primary: Boolean(isMine),
        summary: failedChecks > 0 && <FailedChecksNotice count={failedChecks} />,
        fields: [
          {
            name: 'tier',
            label: { zh: '等级（决定佣金比例）', en: 'Tier (sets the commission rates)' },
            kind: 'suggest',
            options: tiers,
            required: true,
          },
          {
            name: 'note',
            label:
              failedChecks > 0
                ? { zh: '仍然批准的理由', en: 'Reason for approving despite failed checks' }
                : WORDS.note,
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
        done: { zh: '已批准，已成为分销商', en: 'Approved; the applicant is now a distributor' },
      },
      {
        key: 'request-changes',
        label: { zh: '要求补充', en: 'Request changes' },
        shortcut: 'c',
        roles: REVIEWERS,
        available: mayDecide,
        fields: [
          reasonField('request_changes'),
          {
            name: 'message',
            label: { zh: '补充说明（发给申请人）', en: 'Additional message (sent to the applicant)' },
            kind: 'textarea',
            maxLength: 4000,
          },
          {
            name: 'deadline',
            label: { zh: '期限', en: 'Deadline' },
            kind: 'time',
            help: {
              zh: '不填则按默认期限。逾期未补充会自动撤回。',
              en: 'Leave empty for the default deadline. If the applicant does not resubmit by then, the application is withdrawn automatically.',
            },
          },
          { name: 'note', label: TEXTS.internalNote, kind: 'textarea', maxLength: 2000 },
        ],
        run: (body, header) =>
          api.POST('/v1/applications/{id}/request-changes', {
            params: { path, header },
            body: body as PostBody<'/v1/applications/{id}/request-changes'>,
          }),
        done: { zh: '已通知申请人补充', en: 'Changes requested from the applicant' },
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
            label: { zh: '补充说明（发给申请人）', en: 'Additional message (sent to the applicant)' },
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
        label: isMine ? { zh: '放回队列', en: 'Return to queue' } : { zh: '解除领取', en: 'Release claim' },
        shortcut: 'u',
        roles: REVIEWERS,
        available: isOpen(state) && Boolean(claim) && (isMine || me.user.role === 'admin'),
        direct: true,
        fields: [],
        run: (_body, header) => api.POST('/v1/applications/{id}/release-claim', { params: { path, header } }),
        done: { zh: '已放回队列', en: 'Returned to queue' },
      },
      {
        key: 'withdraw',
        label: { zh: '代为撤回', en: 'Withdraw on behalf of the applicant' },
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
    en: 'Use this only if the applicant asks for it. It cannot be undone: the applicant has to apply again.',
  });
}

function FailedChecksNotice({ count }: { count: number }) {
  const t = useT();
  return (
    <Alert
      type="warning"
      showIcon
      title={t({
        zh: `${count} 项自动检查未通过，批准时须写明理由。`,
        en: `${count} automatic checks failed. To approve, give a reason.`,
      })}
    />
  );
}

/** Texts of a reason code: for the applicant in the applicant's language, for reviewers in theirs. */
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

/** Tiers used in the plan in force. */
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
