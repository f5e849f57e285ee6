import { hrefOf, kinds } from '../../../../domain/kinds';
import { CHANNEL, REVIEWERS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { APPLICANT_KINDS } from '../../../../domain/words/names';
import { api, data } from '../../api/client';
import type { Item } from '../../api/types';
import { type BulkAction, type ColumnOf, defineList } from '../../list/definition';
import { useT } from '../../locale/locale';
import { REGION_OPTIONS, RegionText } from '../../locale/regions';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { stateOptions } from '../shared/options';

type Distributor = Item<'/v1/distributors'>;

function KindText({ kind }: { kind: Distributor['kind'] }) {
  return useT()(APPLICANT_KINDS[kind]);
}

const columns: readonly ColumnOf<'/v1/distributors'>[] = [
  { key: 'name', title: WORDS.name, render: ({ name }: Distributor) => name },
  { key: 'state', title: WORDS.state, render: (item: Distributor) => <StateTag state={item.state} /> },
  { key: 'tier', title: WORDS.tier, render: ({ tier }: Distributor) => tier },
  { key: 'region', title: WORDS.region, render: ({ region }: Distributor) => <RegionText region={region} /> },
  { key: 'kind', title: WORDS.kind, render: ({ kind }: Distributor) => <KindText kind={kind} /> },
  {
    key: 'referralCode',
    title: { zh: '推荐码', en: 'Referral code' },
    render: ({ referralCode }: Distributor) => <code>{referralCode}</code>,
  },
  {
    key: 'directDownline',
    title: { zh: '直接下级', en: 'Direct downline' },
    align: 'right',
    render: ({ directDownline }: Distributor) => directDownline,
  },
  {
    key: 'createdAt',
    title: { zh: '加入时间', en: 'Joined' },
    sort: 'createdAt',
    render: ({ createdAt }: Distributor) => <TimeText at={createdAt} dateOnly />,
  },
];

/** A bulk action on distributors with one reason. */
const withReason = (
  action: 'distributors.suspend' | 'distributors.reinstate',
  from: Distributor['state'],
  label: BulkAction<Distributor>['label'],
): BulkAction<Distributor> => ({
  key: action,
  label,
  roles: CHANNEL,
  danger: action === 'distributors.suspend',
  applies: (item) => item.state === from,
  fields: [{ name: 'reason', label: WORDS.reason, kind: 'textarea', maxLength: 2000, required: true }],
  run: async (ids, { reason }, header) => {
    const { id } = await data(
      api.POST('/v1/bulk-actions', {
        params: { header },
        body: { action, ids, input: { reason: String(reason) } },
      }),
    );
    return `/bulk-actions/${id}`;
  },
});

/** All distributors. */
export const distributorList = defineList({
  key: 'distributors',
  path: '/v1/distributors',
  title: { zh: '分销商', en: 'Distributors' },
  idOf: ({ id }) => id,
  href: ({ id }) => hrefOf('distributor', id),
  defaultSort: '-createdAt',
  columns,
  filters: [
    { param: 'q', label: { zh: '名称或推荐码', en: 'Name or referral code' }, kind: 'text' },
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: stateOptions(kinds.distributor.states),
    },
    { param: 'tier', label: WORDS.tier, kind: 'text', width: 110 },
    { param: 'region', label: WORDS.region, kind: 'select', options: REGION_OPTIONS },
  ],
  bulk: [
    withReason('distributors.suspend', 'active', { zh: '批量暂停', en: 'Suspend' }),
    withReason('distributors.reinstate', 'suspended', { zh: '批量恢复', en: 'Reinstate' }),
  ],
  empty: {
    title: { zh: '还没有分销商', en: 'No distributors yet' },
    hint: {
      zh: '申请通过审核后，申请人就成为分销商。',
      en: 'Applicants become distributors when their application is approved.',
    },
    action: {
      label: { zh: '去审核申请', en: 'Review applications' },
      href: '/applications',
      roles: REVIEWERS,
    },
  },
});

/** The direct downline of a distributor. */
export const downlineList = defineList({
  key: 'downline',
  path: '/v1/distributors/{id}/downline',
  title: { zh: '下级', en: 'Downline' },
  idOf: ({ id }) => id,
  href: ({ id }) => hrefOf('distributor', id),
  defaultSort: 'createdAt',
  columns,
  filters: [],
  empty: {
    title: { zh: '没有下级', en: 'No downline' },
    hint: { zh: '还没有人通过这个推荐码加入。', en: 'Nobody has joined with this referral code yet.' },
  },
});
