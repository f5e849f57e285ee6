import { hrefOf } from '../../../../domain/kinds';
import { WORDS } from '../../../../domain/words/glossary';
import { returnEffect } from '../../../../domain/words/names';
import { ThingLink } from '../../detail/Links';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

const returns = defineList({
  key: 'returns',
  path: '/v1/returns',
  title: { zh: '退货', en: 'Returns' },
  defaultSort: '-requestedAt',
  idOf: ({ orderId, id }) => `${orderId}/${id}`,
  // A return is decided on the page of its order.
  href: ({ orderId }) => hrefOf('order', orderId),
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: [
        { value: 'requested', label: { zh: '待处理', en: 'Requested' } },
        { value: 'refunded', label: { zh: '已退款', en: 'Refunded' } },
        { value: 'rejected', label: { zh: '已驳回', en: 'Rejected' } },
      ],
    },
    { param: 'orderId', label: { zh: '订单号', en: 'Order' }, kind: 'text' },
    { param: 'distributorId', label: WORDS.distributor, kind: 'distributor' },
    { param: 'requestedAfter', label: { zh: '申请起', en: 'Requested from' }, kind: 'from' },
    { param: 'requestedBefore', label: { zh: '申请止', en: 'Requested until' }, kind: 'until' },
    { param: 'resolvedAfter', label: { zh: '处理起', en: 'Decided from' }, kind: 'from', rare: true },
    { param: 'resolvedBefore', label: { zh: '处理止', en: 'Decided until' }, kind: 'until', rare: true },
  ],
  columns: [
    { key: 'order', title: { zh: '订单号', en: 'Order' }, render: ({ orderId }) => orderId },
    { key: 'id', title: { zh: '退货单号', en: 'Return' }, hidden: true, render: ({ id }) => id },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'lines',
      title: { zh: '行 × 件数', en: 'Line × units' },
      render: ({ lines }) => lines.map(({ lineId, quantity }) => `${lineId} × ${quantity}`).join(', '),
    },
    { key: 'reason', title: WORDS.reason, render: ({ reason }) => reason },
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
      key: 'effect',
      title: { zh: '对佣金的影响', en: 'Effect on commissions' },
      render: (item) => <Effect {...item} />,
    },
    {
      key: 'requestedAt',
      title: { zh: '申请时间', en: 'Requested' },
      sort: 'requestedAt',
      render: ({ requestedAt }) => <TimeText at={requestedAt} />,
    },
    {
      key: 'resolvedAt',
      title: { zh: '处理时间', en: 'Decided' },
      render: ({ resolvedAt }) => <TimeText at={resolvedAt} />,
    },
  ],
  empty: {
    title: { zh: '没有退货', en: 'No returns' },
    hint: {
      zh: '退货由商城通过 API 传入，也可以在订单页面登记。',
      en: 'The shop sends returns through the API; you can also record them on the order page.',
    },
  },
});

/** Effect of a return on commissions. */
function Effect({ state, isLate }: { state: string; isLate: boolean }) {
  return useT()(returnEffect(state, isLate));
}

/** All returns. */
export default function ReturnsPage() {
  return <ListPage list={returns} />;
}
