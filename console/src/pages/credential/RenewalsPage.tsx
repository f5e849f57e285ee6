import { credentialTypes } from '../../../../domain/credentialTypes';
import { hrefOf } from '../../../../domain/kinds';
import { STATES, WORDS } from '../../../../domain/words/glossary';
import type { Item } from '../../api/types';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { CodeName, CREDENTIAL_TYPE_OPTIONS } from '../../locale/compliance';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { CREDENTIAL, DayText } from './renewal';

type Renewal = Item<'/v1/credential-renewals'>;

const state = (value: Renewal['state']) => ({ value, label: STATES[value]! });

const renewalList = defineList({
  key: 'renewals',
  path: '/v1/credential-renewals',
  title: { zh: '资质续期', en: 'Renewals' },
  idOf: ({ id }) => id,
  href: ({ credentialId }) => hrefOf('credential', credentialId),
  defaultSort: 'submittedAt',
  columns: [
    { key: 'distributor', title: WORDS.distributor, render: ({ distributorName }) => distributorName },
    {
      key: 'type',
      title: { zh: '资质', en: 'Credential' },
      render: ({ type }) => <CodeName names={credentialTypes} code={type} />,
    },
    { key: 'state', title: WORDS.state, render: (item) => <StateTag state={item.state} /> },
    {
      key: 'submittedAt',
      title: { zh: '提交于', en: 'Submitted' },
      sort: 'submittedAt',
      render: ({ submittedAt }) => <TimeText at={submittedAt} />,
    },
    {
      key: 'currentUntil',
      title: { zh: '现有效期至', en: 'Valid until at present' },
      render: ({ currentUntil }) => <DayText day={currentUntil} />,
    },
    {
      key: 'validUntil',
      title: { zh: '续期后有效期至', en: 'Renewed until' },
      render: ({ validUntil }) => <DayText day={validUntil} />,
    },
    { key: 'number', title: CREDENTIAL.number, render: ({ numberMasked }) => numberMasked },
    {
      key: 'decidedBy',
      title: { zh: '处理人', en: 'Decided by' },
      render: ({ decidedBy }) => decidedBy,
    },
    {
      key: 'decidedAt',
      title: { zh: '处理时间', en: 'Decided' },
      hidden: true,
      render: ({ decidedAt }) => decidedAt && <TimeText at={decidedAt} />,
    },
  ],
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: [state('submitted'), state('accepted'), state('refused')],
    },
    {
      param: 'type',
      label: { zh: '资质', en: 'Credential' },
      kind: 'select',
      options: CREDENTIAL_TYPE_OPTIONS,
    },
  ],
  empty: {
    title: { zh: '还没有续期', en: 'No renewals yet' },
    hint: {
      zh: '分销商或工作人员提交的资质续期会列在这里，等待审核。',
      en: 'Renewals that distributors or staff submit are listed here for review.',
    },
  },
});

/** Renewals of credentials, the oldest first. */
export default function RenewalsPage() {
  return <ListPage list={renewalList} />;
}
