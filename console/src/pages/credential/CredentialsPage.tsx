import { credentialTypes } from '../../../../domain/credentialTypes';
import { hrefOf } from '../../../../domain/kinds';
import { STATES, WORDS } from '../../../../domain/words/glossary';
import type { Item } from '../../api/types';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { CodeName, CREDENTIAL_TYPE_OPTIONS } from '../../locale/compliance';
import { StateTag } from '../../ui/StateTag';
import { CREDENTIAL, DaysLeft, DayText } from './renewal';

type Credential = Item<'/v1/credentials'>;

const state = (value: Credential['state']) => ({ value, label: STATES[value]! });

const credentialList = defineList({
  key: 'credentials',
  path: '/v1/credentials',
  title: { zh: '资质', en: 'Credentials' },
  idOf: ({ id }) => id,
  href: ({ id }) => hrefOf('credential', id),
  defaultSort: 'validUntil',
  columns: [
    { key: 'distributor', title: WORDS.distributor, render: ({ distributorName }) => distributorName },
    {
      key: 'type',
      title: { zh: '资质', en: 'Credential' },
      render: ({ type }) => <CodeName names={credentialTypes} code={type} />,
    },
    { key: 'state', title: WORDS.state, render: (item) => <StateTag state={item.state} /> },
    {
      key: 'validUntil',
      title: CREDENTIAL.validUntil,
      sort: 'validUntil',
      render: ({ validUntil }) => <DayText day={validUntil} />,
    },
    {
      key: 'daysLeft',
      title: { zh: '剩余', en: 'Time left' },
      align: 'right',
      render: ({ daysLeft }) => <DaysLeft days={daysLeft} />,
    },
    {
      key: 'renewal',
      title: { zh: '续期', en: 'Renewal' },
      render: ({ openRenewalId }) => openRenewalId && <StateTag state="submitted" />,
    },
    { key: 'holder', title: CREDENTIAL.holder, render: ({ holder }) => holder },
    { key: 'number', title: CREDENTIAL.number, render: ({ numberMasked }) => numberMasked },
    {
      key: 'validFrom',
      title: CREDENTIAL.validFrom,
      hidden: true,
      render: ({ validFrom }) => <DayText day={validFrom} />,
    },
  ],
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: [state('expired'), state('expiring'), state('valid')],
    },
    {
      param: 'type',
      label: { zh: '资质', en: 'Credential' },
      kind: 'select',
      options: CREDENTIAL_TYPE_OPTIONS,
    },
    { param: 'expiresBefore', label: { zh: '到期早于', en: 'Expires before' }, kind: 'day' },
  ],
  empty: {
    title: { zh: '还没有资质', en: 'No credentials yet' },
    hint: {
      zh: '分销商通过审核后，其证照会按到期时间排列在这里。',
      en: 'Credentials of approved distributors are listed here by expiry date.',
    },
  },
});

/** Credentials by expiry date. */
export default function CredentialsPage() {
  return <ListPage list={credentialList} />;
}
