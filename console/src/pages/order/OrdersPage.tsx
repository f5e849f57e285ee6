import { hrefOf } from '../../../../domain/kinds';
import { OPERATORS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { ATTRIBUTION_REASONS } from '../../../../domain/words/names';
import { api, data } from '../../api/client';
import { ThingLink } from '../../detail/Links';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { useListFilters } from '../../list/query';
import { Totals } from '../../list/Totals';
import { useT } from '../../locale/locale';
import { RegionText } from '../../locale/regions';
import { MoneyText, TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { optionsOf } from '../shared/options';

const orders = defineList({
  key: 'orders',
  path: '/v1/orders',
  title: { zh: '订单', en: 'Orders' },
  defaultSort: '-createdAt',
  idOf: ({ id }) => id,
  href: ({ id }) => hrefOf('order', id),
  filters: [
    { param: 'number', label: { zh: '订单号（开头）', en: 'Order number (prefix)' }, kind: 'text' },
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: [
        { value: 'open', label: { zh: '进行中', en: 'Open' } },
        { value: 'closed', label: { zh: '已结束', en: 'Closed' } },
      ],
    },
    { param: 'distributorId', label: WORDS.distributor, kind: 'distributor' },
    { param: 'customerId', label: { zh: '客户编号', en: 'Customer' }, kind: 'text' },
    { param: 'paidAfter', label: { zh: '支付起', en: 'Paid from' }, kind: 'from' },
    { param: 'paidBefore', label: { zh: '支付止', en: 'Paid until' }, kind: 'until' },
    {
      param: 'region',
      label: { zh: '收货地区', en: 'Ship-to region' },
      kind: 'region',
      rare: true,
    },
    {
      param: 'attributionReason',
      label: { zh: '归属依据', en: 'Attribution' },
      kind: 'select',
      options: optionsOf(ATTRIBUTION_REASONS),
      rare: true,
    },
    { param: 'createdAfter', label: { zh: '入账起', en: 'Recorded from' }, kind: 'from', rare: true },
    { param: 'createdBefore', label: { zh: '入账止', en: 'Recorded until' }, kind: 'until', rare: true },
  ],
  columns: [
    { key: 'id', title: { zh: '订单号', en: 'Order' }, render: ({ id }) => id },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'paidAt',
      title: { zh: '支付时间', en: 'Paid' },
      sort: 'paidAt',
      render: ({ paidAt }) => <TimeText at={paidAt} />,
    },
    {
      key: 'netAmount',
      title: { zh: '实付金额', en: 'Net amount' },
      align: 'right',
      render: ({ netAmount, currency }) => <MoneyText value={{ amount: netAmount, currency }} />,
    },
    {
      key: 'commission',
      title: { zh: '佣金', en: 'Commission' },
      align: 'right',
      render: ({ commission, currency }) => <MoneyText value={{ amount: commission, currency }} />,
    },
    {
      key: 'distributor',
      title: WORDS.distributor,
      render: ({ distributorId, distributorName }) =>
        distributorId ? (
          <ThingLink kind="distributor" id={distributorId}>
            {distributorName}
          </ThingLink>
        ) : (
          '–'
        ),
    },
    {
      key: 'attribution',
      title: { zh: '归属依据', en: 'Attribution' },
      render: ({ attributionReason }) => <Reason reason={attributionReason} />,
    },
    { key: 'customer', title: { zh: '客户', en: 'Customer' }, render: ({ customerId }) => customerId },
    {
      key: 'region',
      title: { zh: '收货地区', en: 'Ship-to region' },
      hidden: true,
      render: ({ region }) => <RegionText region={region} />,
    },
    {
      key: 'createdAt',
      title: { zh: '入账时间', en: 'Recorded' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
  ],
  empty: {
    title: { zh: '还没有订单', en: 'No orders yet' },
    hint: {
      zh: '订单由商城通过 API 传入，或用 npm run import 从文件导入。',
      en: 'The shop sends orders through the API, or you import them from a file with npm run import.',
    },
    action: {
      label: { zh: '查看导入方法', en: 'How to import' },
      href: '/imports',
      roles: OPERATORS,
    },
  },
});

function Reason({ reason }: { reason: keyof typeof ATTRIBUTION_REASONS }) {
  return <>{useT()(ATTRIBUTION_REASONS[reason])}</>;
}

const loadSummary = (query: Record<string, string>, signal?: AbortSignal) =>
  data(api.GET('/v1/orders/summary', { params: { query }, signal }));

/** All orders. */
export default function OrdersPage() {
  return (
    <ListPage list={orders}>
      <Totals name="orders" query={useListFilters(orders)} load={loadSummary} />
    </ListPage>
  );
}
