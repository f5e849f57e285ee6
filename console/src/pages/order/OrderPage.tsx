import { api, data } from '../../api/client';
import { DetailPage } from '../../detail/DetailPage';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { useT } from '../../locale/locale';
import { RegionText } from '../../locale/regions';
import { MoneyText, TimeText } from '../../ui/format';
import { OrderAttribution } from './OrderAttribution';
import { OrderLines } from './OrderLines';
import { OrderReturns } from './OrderReturns';
import type { Order } from './order';
import { orderActions } from './orderActions';
import { MissingOrder, UnappliedEvents } from './UnappliedEvents';
import { WindowsPanel } from './WindowsPicture';

/** One order: lines, attribution, commissions, return windows and returns. */
export default function OrderPage() {
  const id = usePageId();
  return (
    <DetailPage<Order>
      kind="order"
      id={id}
      process="order"
      load={(signal) => data(api.GET('/v1/orders/{id}', { params: { path: { id } }, signal }))}
      title={({ externalId }) => externalId}
      state={({ state }) => state}
      actions={orderActions}
      missing={<MissingOrder id={id} />}
    >
      {(order) => (
        <>
          <OrderFacts order={order} />
          <UnappliedEvents orderId={id} events={order.unappliedEvents} />
          <OrderLines order={order} />
          <WindowsPanel orderId={id} skus={new Map(order.lines.map(({ lineId, sku }) => [lineId, sku]))} />
          <OrderReturns order={order} />
          <OrderAttribution order={order} />
        </>
      )}
    </DetailPage>
  );
}

function OrderFacts({ order }: { order: Order }) {
  const t = useT();
  const { currency, lines, commissions } = order;
  const sum = (amounts: number[]) => ({ amount: amounts.reduce((total, one) => total + one, 0), currency });
  return (
    <Panel title={{ zh: '概要', en: 'Overview' }}>
      <Facts
        facts={[
          [{ zh: '支付时间', en: 'Paid' }, <TimeText key="paid" at={order.paidAt} />],
          [{ zh: '入账时间', en: 'Recorded' }, <TimeText key="created" at={order.createdAt} />],
          [
            { zh: '实付金额', en: 'Net amount' },
            <MoneyText key="net" value={sum(lines.map(({ netAmount }) => netAmount))} strong />,
          ],
          [
            { zh: '佣金合计', en: 'Commissions' },
            <MoneyText key="commission" value={sum(commissions.map(({ amount }) => amount.amount))} strong />,
          ],
          [{ zh: '客户', en: 'Customer' }, order.customer?.externalId ?? t({ zh: '游客', en: 'Guest' })],
          [
            { zh: '收货地区', en: 'Ship-to region' },
            <RegionText key="region" region={order.shipTo.region} />,
          ],
          [
            { zh: '佣金方案版本', en: 'Commission plan' },
            <ThingLink key="plan" kind="plan" id={order.planId}>
              #{order.planId}
            </ThingLink>,
          ],
        ]}
      />
    </Panel>
  );
}
