import { Tag } from 'antd';
import { hrefOf, kinds } from '../../../../domain/kinds';
import { REVIEWERS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { APPLICANT_KINDS, CHANNELS, checksText } from '../../../../domain/words/names';
import { api, data, type IdempotencyKey } from '../../api/client';
import type { Item } from '../../api/types';
import { useMe } from '../../app/session';
import { defineList } from '../../list/definition';
import { CodeNames } from '../../locale/compliance';
import { useT } from '../../locale/locale';
import { REGION_OPTIONS, RegionText } from '../../locale/regions';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { optionsOf, stateOptions } from '../shared/options';

type Application = Item<'/v1/applications'>;

/** States in which an application can be claimed. */
export const isOpen = (state: Application['state']): boolean =>
  state === 'submitted' || state === 'in_review';

function KindText({ kind }: { kind: Application['kind'] }) {
  return useT()(APPLICANT_KINDS[kind]);
}

function ChecksText({ application: { state: at, failedChecks } }: { application: Application }) {
  const t = useT();
  const text = t(checksText(failedChecks, at === 'submitted'));
  if (at === 'submitted') return <span className="muted">{text}</span>;
  return failedChecks === 0 ? text : <Tag color="error">{text}</Tag>;
}

/** Who has claimed an application. */
export function ClaimText({ claim }: { claim: Application['claim'] }) {
  const t = useT();
  const me = useMe();
  if (!claim) return <span className="muted">–</span>;
  return claim.userId === me.user.id ? (
    <Tag color="processing">{t({ zh: '我', en: 'Me' })}</Tag>
  ) : (
    <Tag>{claim.name}</Tag>
  );
}

/** Applications. */
export const applicationList = defineList({
  key: 'applications',
  path: '/v1/applications',
  title: { zh: '申请审核', en: 'Applications' },
  idOf: ({ id }) => id,
  href: ({ id }) => hrefOf('application', id),
  defaultSort: '-submittedAt',
  columns: [
    { key: 'name', title: { zh: '申请人', en: 'Applicant' }, render: ({ name }) => name },
    { key: 'state', title: WORDS.state, render: (item) => <StateTag state={item.state} /> },
    {
      key: 'checks',
      title: { zh: '自动检查', en: 'Checks' },
      render: (item) => <ChecksText application={item} />,
    },
    {
      key: 'claim',
      title: { zh: '审核人', en: 'Claimed by' },
      render: ({ claim }) => <ClaimText claim={claim} />,
    },
    { key: 'kind', title: WORDS.kind, render: ({ kind }) => <KindText kind={kind} /> },
    {
      key: 'region',
      title: { zh: '申请区域', en: 'Region' },
      render: ({ region }) => <RegionText region={region} />,
    },
    {
      key: 'channels',
      title: { zh: '销售渠道', en: 'Channels' },
      render: ({ channels }) => <CodeNames names={CHANNELS} codes={channels} />,
    },
    {
      key: 'submittedAt',
      title: { zh: '提交时间', en: 'Submitted' },
      sort: 'submittedAt',
      render: ({ submittedAt }) => <TimeText at={submittedAt} />,
    },
    {
      key: 'round',
      title: { zh: '轮次', en: 'Round' },
      align: 'right',
      hidden: true,
      render: ({ round }) => round,
    },
    {
      key: 'changesDeadline',
      title: { zh: '补充期限', en: 'Changes deadline' },
      hidden: true,
      render: ({ changesDeadline }) => <TimeText at={changesDeadline} />,
    },
    {
      key: 'decidedAt',
      title: { zh: '处理时间', en: 'Decided' },
      hidden: true,
      render: ({ decidedAt }) => <TimeText at={decidedAt} />,
    },
    { key: 'tier', title: WORDS.tier, hidden: true, render: ({ tier }) => tier ?? '–' },
  ],
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: stateOptions(kinds.application.states),
    },
    {
      param: 'claimedBy',
      label: { zh: '审核人', en: 'Claimed by' },
      kind: 'select',
      options: [
        { value: 'me', label: { zh: '我领取的', en: 'Me' } },
        { value: 'none', label: { zh: '无人领取', en: 'Unclaimed' } },
      ],
    },
    { param: 'kind', label: WORDS.kind, kind: 'select', options: optionsOf(APPLICANT_KINDS) },
    { param: 'region', label: { zh: '申请区域', en: 'Region' }, kind: 'select', options: REGION_OPTIONS },
    { param: 'q', label: { zh: '申请人名称', en: 'Applicant name' }, kind: 'text' },
    { param: 'submittedAfter', label: { zh: '提交起', en: 'Submitted from' }, kind: 'from' },
    { param: 'submittedBefore', label: { zh: '提交止', en: 'Submitted until' }, kind: 'until' },
    { param: 'decidedAfter', label: { zh: '处理起', en: 'Decided from' }, kind: 'from', rare: true },
    {
      param: 'changesDeadlineBefore',
      label: { zh: '补充期限止', en: 'Changes deadline until' },
      kind: 'until',
      rare: true,
    },
  ],
  bulk: [
    {
      key: 'claim',
      label: { zh: '批量领取', en: 'Claim' },
      roles: REVIEWERS,
      applies: (item) => isOpen(item.state),
      fields: [],
      run: async (ids, _values, header) => {
        const { id } = await data(
          api.POST('/v1/bulk-actions', {
            params: { header },
            body: { action: 'applications.claim', ids, input: {} },
          }),
        );
        return `/bulk-actions/${id}`;
      },
    },
  ],
  empty: {
    title: { zh: '还没有申请', en: 'No applications yet' },
    hint: {
      zh: '有人通过申请页面提交后会出现在这里。把申请页面 /apply 的链接发给想加入的人。',
      en: 'Applications appear here after they are submitted. Send the link of the application page /apply to people who want to join.',
    },
  },
});

/**
 * Claims the application that has waited longest.
 * @returns its path, or undefined if there is none
 */
export async function claimNext(header: IdempotencyKey): Promise<string | undefined> {
  const answer = await api.POST('/v1/applications/next', { params: { header } });
  return answer.data && hrefOf('application', answer.data.id);
}
