import { ACCOUNTS } from '../../../../domain/words/events';
import { WORDS } from '../../../../domain/words/glossary';
import { ThingLink } from '../../detail/Links';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { MoneyText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

const list = defineList({
  key: 'balances',
  path: '/v1/balances',
  title: { zh: '余额与欠款', en: 'Balances and debts' },
  idOf: ({ distributorId, currency }) => `${distributorId}/${currency}`,
  href: ({ distributorId }) => `/transfers?distributorId=${distributorId}`,
  defaultSort: '-available',
  columns: [
    {
      key: 'distributor',
      title: WORDS.distributor,
      render: ({ distributorName }) => distributorName,
    },
    {
      key: 'state',
      title: WORDS.state,
      render: ({ distributorState }) => <StateTag state={distributorState} />,
    },
    {
      key: 'held',
      title: ACCOUNTS.held,
      align: 'right',
      sort: 'held',
      render: ({ held }) => <MoneyText value={held} />,
    },
    {
      key: 'available',
      title: ACCOUNTS.available,
      align: 'right',
      sort: 'available',
      render: ({ available }) => <MoneyText value={available} strong />,
    },
    {
      key: 'reserved',
      title: ACCOUNTS.reserved,
      align: 'right',
      sort: 'reserved',
      render: ({ reserved }) => <MoneyText value={reserved} />,
    },
    {
      key: 'debt',
      title: ACCOUNTS.debt,
      align: 'right',
      sort: 'debt',
      render: ({ debt }) => <MoneyText value={debt} strong={debt.amount > 0} />,
    },
    { key: 'currency', title: WORDS.currency, hidden: true, render: ({ currency }) => currency },
    {
      key: 'page',
      title: { zh: '资料', en: 'Page' },
      render: ({ distributorId }) => <ThingLink kind="distributor" id={distributorId} />,
    },
  ],
  filters: [
    {
      param: 'debtAbove',
      label: { zh: '欠款', en: 'Debt' },
      kind: 'select',
      options: [
        { value: '0', label: { zh: '有欠款', en: 'Has debt' } },
        { value: '10000', label: { zh: '超过 100', en: 'More than 100' } },
        { value: '100000', label: { zh: '超过 1,000', en: 'More than 1,000' } },
        { value: '1000000', label: { zh: '超过 10,000', en: 'More than 10,000' } },
      ],
    },
    { param: 'distributorId', label: WORDS.distributor, kind: 'distributor' },
    { param: 'currency', label: WORDS.currency, kind: 'text', width: 120 },
  ],
  empty: {
    title: { zh: '还没有余额', en: 'No balances yet' },
    hint: {
      zh: '分销商获得第一笔佣金后会出现在这里。',
      en: 'Distributors appear here after their first commission.',
    },
  },
});

/** Balances and debt of each distributor; an entry links to its transfers. */
export default function BalancesPage() {
  return <ListPage list={list} />;
}
