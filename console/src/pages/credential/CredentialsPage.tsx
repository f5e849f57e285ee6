import { hrefOf } from '../../../../domain/kinds';
import { STATES, WORDS } from '../../../../domain/words/glossary';
import { CREDENTIAL_TYPES } from '../../../../domain/words/names';
import type { Item } from '../../api/types';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { CodeName, CREDENTIAL_TYPE_OPTIONS } from '../../locale/compliance';
import { useT } from '../../locale/locale';
import { useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

type Credential = Item<'/v1/credentials'>;

const state = (value: Credential['state']) => ({ value, label: STATES[value]! });

function DayText({ day }: { day: string | null }) {
  const t = useT();
  const formats = useFormats();
  return day ? formats.day(day) : t({ zh: '长期', en: 'Long-term' });
}

function DaysLeft({ days }: { days: number | null }) {
  const t = useT();
  const { number } = useFormats();
  if (days === null) return '–';
  if (days < 0) {
    return (
      <span className="strong" style={{ color: '#c02626' }}>
        {t({ zh: `已过期 ${number(-days)} 天`, en: `Expired ${number(-days)} days ago` })}
      </span>
    );
  }
  return t({ zh: `${number(days)} 天`, en: days === 1 ? '1 day' : `${number(days)} days` });
}

const credentialList = defineList({
  key: 'credentials',
  path: '/v1/credentials',
  title: { zh: '资质', en: 'Credentials' },
  idOf: ({ id }) => id,
  href: ({ distributorId }) => hrefOf('distributor', distributorId),
  defaultSort: 'validUntil',
  columns: [
    { key: 'distributor', title: WORDS.distributor, render: ({ distributorName }) => distributorName },
    {
      key: 'type',
      title: { zh: '资质', en: 'Credential' },
      render: ({ type }) => <CodeName names={CREDENTIAL_TYPES} code={type} />,
    },
    { key: 'state', title: WORDS.state, render: (item) => <StateTag state={item.state} /> },
    {
      key: 'validUntil',
      title: { zh: '有效期至', en: 'Valid until' },
      sort: 'validUntil',
      render: ({ validUntil }) => <DayText day={validUntil} />,
    },
    {
      key: 'daysLeft',
      title: { zh: '剩余', en: 'Time left' },
      align: 'right',
      render: ({ daysLeft }) => <DaysLeft days={daysLeft} />,
    },
    { key: 'holder', title: { zh: '持有人', en: 'Holder' }, render: ({ holder }) => holder },
    { key: 'number', title: { zh: '编号', en: 'Number' }, render: ({ numberMasked }) => numberMasked },
    {
      key: 'validFrom',
      title: { zh: '有效期自', en: 'Valid from' },
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
