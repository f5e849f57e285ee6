import { useQueries } from '@tanstack/react-query';
import { InputNumber, Table } from 'antd';
import { useParams } from 'react-router';
import { type Action, ActionBar } from '../../actions/ActionBar';
import type { CustomControl, Field } from '../../actions/fields';
import { countsOf, maybeText, maybeTexts, textOf } from '../../actions/values';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { DetailPage } from '../../detail/DetailPage';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { ATTRIBUTIONS } from '../../locale/attributions';
import { type Text, useT } from '../../locale/locale';
import { WORDS } from '../../locale/words';
import { MoneyText, TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { WindowsPanel } from './WindowsPicture';
import { ATTRIBUTION_REASONS, CHAIN_OUTCOMES } from './words';

type Order = Answer<'/v1/orders/{id}'>;
type Line = Order['lines'][number];
type Commission = Order['commissions'][number];
type Return = Order['returns'][number];

const SHOP = ['admin', 'operator'] as const;

const TEXTS = {
  facts: { zh: '概要', en: 'Facts' },
  lines: { zh: '商品与佣金', en: 'Lines and commissions' },
  attribution: { zh: '归属', en: 'Attribution' },
  returns: { zh: '退货', en: 'Returns' },
  noReturns: { zh: '没有退货。', en: 'There are no returns.' },
  line: { zh: '行', en: 'Line' },
  pieces: { zh: '件数', en: 'Pieces' },
  returned: { zh: '已退', en: 'returned' },
  level: { zh: '层级', en: 'Level' },
  shippedAt: { zh: '发货时间', en: 'Shipped at' },
  deliveredAt: { zh: '签收时间', en: 'Delivered at' },
  whichLines: { zh: '哪些行', en: 'Which lines' },
  allLines: { zh: '不选则为全部在途的行', en: 'Leave empty for all that are on their way' },
  when: { zh: '发生时间（不填为现在）', en: 'When it happened; empty for now' },
} satisfies Record<string, Text>;

/** One order: its lines, whom it belongs to, what it earns, its windows and returns. */
export default function OrderPage() {
  const { id = '' } = useParams();
  return (
    <DetailPage<Order>
      kind="order"
      id={id}
      process="order"
      load={(signal) => data(api.GET('/v1/orders/{id}', { params: { path: { id } }, signal }))}
      title={({ externalId }) => externalId}
      state={({ state }) => state}
      actions={actionsOf}
    >
      {(order) => (
        <>
          <OrderFacts order={order} />
          <LinesPanel order={order} />
          <WindowsPanel orderId={id} skus={new Map(order.lines.map(({ lineId, sku }) => [lineId, sku]))} />
          <ReturnsPanel order={order} />
          <AttributionPanel order={order} />
        </>
      )}
    </DetailPage>
  );
}

function actionsOf(order: Order): Action[] {
  const path = { id: order.id };
  const open = order.state === 'open';
  // A line that is asked back before it arrived may still arrive.
  const underWay = order.lines.filter(
    ({ state, deliveredAt }) => deliveredAt === null && state !== 'canceled' && state !== 'returned',
  );
  const toShip = underWay.filter(({ shippedAt }) => shippedAt === null);
  const linesField = (lines: readonly Line[]): Field => ({
    name: 'lineIds',
    label: TEXTS.whichLines,
    help: TEXTS.allLines,
    kind: 'select',
    multiple: true,
    search: true,
    options: lines.map(({ lineId, sku }) => ({ value: lineId, label: same(`${lineId} · ${sku}`) })),
  });
  const timeField = (name: string, label: Text): Field => ({
    name,
    label,
    kind: 'time',
    required: true,
    initial: new Date().toISOString(),
  });
  const reason: Field = {
    name: 'reason',
    label: WORDS.reason,
    kind: 'textarea',
    maxLength: 500,
    required: true,
  };
  const returnable = order.lines.filter(
    ({ state, quantity, returnedQuantity }) => state !== 'canceled' && quantity > returnedQuantity,
  );
  return [
    {
      key: 'ship',
      label: { zh: '登记发货', en: 'Enter shipment' },
      roles: SHOP,
      available: open && toShip.length > 0,
      fields: [timeField('shippedAt', TEXTS.shippedAt), linesField(toShip)],
      run: (values, header) =>
        api.POST('/v1/orders/{id}/shipments', {
          params: { path, header },
          body: { shippedAt: textOf(values, 'shippedAt'), lineIds: maybeTexts(values, 'lineIds') },
        }),
    },
    {
      key: 'deliver',
      label: { zh: '登记签收', en: 'Enter delivery' },
      roles: SHOP,
      primary: true,
      available: open && underWay.length > 0,
      summary: <DeliverHint />,
      fields: [timeField('deliveredAt', TEXTS.deliveredAt), linesField(underWay)],
      run: (values, header) =>
        api.POST('/v1/orders/{id}/deliveries', {
          params: { path, header },
          body: { deliveredAt: textOf(values, 'deliveredAt'), lineIds: maybeTexts(values, 'lineIds') },
        }),
    },
    {
      key: 'return',
      label: { zh: '登记退货', en: 'Enter return' },
      roles: SHOP,
      available: returnable.length > 0,
      fields: [
        {
          name: 'lines',
          label: { zh: '退哪些、各几件', en: 'What comes back, how many of each' },
          kind: 'custom',
          required: true,
          render: (control) => <QuantitiesInput lines={returnable} {...control} />,
        },
        reason,
        { name: 'requestedAt', label: TEXTS.when, kind: 'time' },
      ],
      run: (values, header) =>
        api.POST('/v1/orders/{id}/returns', {
          params: { path, header },
          body: {
            lines: countsOf(values, 'lines').map(([lineId, quantity]) => ({ lineId, quantity })),
            reason: textOf(values, 'reason'),
            requestedAt: maybeText(values, 'requestedAt'),
          },
        }),
    },
    {
      key: 'cancel',
      label: { zh: '取消订单行', en: 'Cancel lines' },
      roles: SHOP,
      danger: true,
      available: open && underWay.length > 0,
      fields: [reason, linesField(underWay)],
      run: (values, header) =>
        api.POST('/v1/orders/{id}/cancel', {
          params: { path, header },
          body: { reason: textOf(values, 'reason'), lineIds: maybeTexts(values, 'lineIds') },
        }),
    },
  ];
}

const same = (text: string): Text => ({ zh: text, en: text });

function DeliverHint() {
  const t = useT();
  return (
    <p className="muted">
      {t({ zh: '退货期从签收时开始计算。', en: 'The return window begins with the delivery.' })}
    </p>
  );
}

/** How many pieces of each line come back. */
function QuantitiesInput({ lines, id, value, onChange }: CustomControl & { lines: readonly Line[] }) {
  const t = useT();
  const chosen = new Map(countsOf({ value }, 'value'));
  const put = (lineId: string, count: number | null) => {
    const next = new Map(chosen);
    if (count) next.set(lineId, count);
    else next.delete(lineId);
    // Nothing chosen is an empty field.
    onChange?.(next.size ? Object.fromEntries(next) : undefined);
  };
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0, maxHeight: 280, overflowY: 'auto' }}>
      {lines.map(({ lineId, sku, quantity, returnedQuantity }, index) => {
        const left = quantity - returnedQuantity;
        return (
          <li key={lineId} style={{ display: 'flex', gap: 8, alignItems: 'center', marginBottom: 6 }}>
            <InputNumber
              id={index === 0 ? id : undefined}
              aria-label={`${t(TEXTS.pieces)}: ${t(TEXTS.line)} ${lineId}, ${sku}`}
              min={0}
              max={left}
              precision={0}
              value={chosen.get(lineId) ?? 0}
              onChange={(count) => put(lineId, count)}
              style={{ width: 90 }}
            />
            <span>
              / {left} · {lineId} · {sku}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function OrderFacts({ order }: { order: Order }) {
  const { currency, lines, commissions } = order;
  const sum = (amounts: number[]) => ({ amount: amounts.reduce((total, one) => total + one, 0), currency });
  return (
    <Panel title={TEXTS.facts}>
      <Facts
        facts={[
          [{ zh: '支付时间', en: 'Paid' }, <TimeText key="paid" at={order.paidAt} />],
          [{ zh: '入账时间', en: 'Taken in' }, <TimeText key="created" at={order.createdAt} />],
          [
            { zh: '实付金额', en: 'Net amount' },
            <MoneyText key="net" value={sum(lines.map(({ netAmount }) => netAmount))} strong />,
          ],
          [
            { zh: '佣金合计', en: 'Commissions' },
            <MoneyText key="commission" value={sum(commissions.map(({ amount }) => amount.amount))} strong />,
          ],
          [{ zh: '客户', en: 'Customer' }, order.customer.externalId],
          [{ zh: '收货地区', en: 'Ship-to region' }, order.shipTo.region],
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

function LinesPanel({ order }: { order: Order }) {
  const t = useT();
  const { currency } = order;
  const ofLine = new Map<string, Commission[]>();
  for (const one of order.commissions) ofLine.set(one.lineId, [...(ofLine.get(one.lineId) ?? []), one]);
  return (
    <Panel title={TEXTS.lines}>
      <Table<Line>
        size="small"
        rowKey="lineId"
        scroll={{ x: 'max-content' }}
        dataSource={order.lines}
        pagination={order.lines.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        columns={[
          { key: 'line', title: t(TEXTS.line), dataIndex: 'lineId' },
          {
            key: 'sku',
            title: t({ zh: '商品', en: 'Product' }),
            render: (_, { sku, category }) => (
              <>
                <ThingLink kind="product" id={sku}>
                  {sku}
                </ThingLink>
                {category && <div className="muted">{category}</div>}
              </>
            ),
          },
          { key: 'state', title: t(WORDS.state), render: (_, { state }) => <StateTag state={state} /> },
          {
            key: 'quantity',
            title: t(TEXTS.pieces),
            align: 'right',
            render: (_, { quantity, returnedQuantity }) => (
              <>
                {quantity}
                {returnedQuantity > 0 && (
                  <div className="muted">
                    {t(TEXTS.returned)} {returnedQuantity}
                  </div>
                )}
              </>
            ),
          },
          {
            key: 'price',
            title: t({ zh: '单价', en: 'Unit price' }),
            align: 'right',
            render: (_, { unitPrice }) => <MoneyText value={{ amount: unitPrice, currency }} />,
          },
          {
            key: 'net',
            title: t({ zh: '实付', en: 'Net' }),
            align: 'right',
            render: (_, { netAmount, discount }) => (
              <>
                <MoneyText value={{ amount: netAmount, currency }} />
                {discount > 0 && (
                  <div className="muted">
                    − <MoneyText value={{ amount: discount, currency }} />
                  </div>
                )}
              </>
            ),
          },
          {
            key: 'commissions',
            title: t({ zh: '佣金', en: 'Commissions' }),
            render: (_, { lineId }) => <LineCommissions commissions={ofLine.get(lineId) ?? []} />,
          },
        ]}
      />
    </Panel>
  );
}

function LineCommissions({ commissions }: { commissions: readonly Commission[] }) {
  const t = useT();
  if (commissions.length === 0) return <>–</>;
  return commissions.map(({ id, level, amount, originalAmount, state }) => (
    <div key={id} className="nowrap">
      {t(TEXTS.level)} {level} ·{' '}
      <ThingLink kind="commission" id={id}>
        <MoneyText value={amount} />
      </ThingLink>{' '}
      {originalAmount.amount !== amount.amount && (
        <span className="muted">
          (<MoneyText value={originalAmount} />){' '}
        </span>
      )}
      <StateTag state={state} />
    </div>
  ));
}

function ReturnsPanel({ order }: { order: Order }) {
  const t = useT();
  return (
    <Panel title={TEXTS.returns}>
      {order.returns.length === 0 && <span className="muted">{t(TEXTS.noReturns)}</span>}
      {order.returns.map((entry) => (
        <div key={entry.id} style={{ marginBottom: 12 }}>
          <div>
            <span className="strong" style={{ overflowWrap: 'anywhere' }}>
              {entry.id}
            </span>{' '}
            <StateTag state={entry.state} />{' '}
            {entry.lines.map(({ lineId, quantity }) => `${t(TEXTS.line)} ${lineId} × ${quantity}`).join(', ')}
          </div>
          <div>{entry.reason}</div>
          <div className="muted">
            <TimeText at={entry.requestedAt} />
            {entry.resolvedAt && (
              <>
                {' – '}
                <TimeText at={entry.resolvedAt} />
              </>
            )}
          </div>
          <ActionBar actions={returnActionsOf(order, entry)} />
        </div>
      ))}
    </Panel>
  );
}

function returnActionsOf(order: Order, { id: returnId, state }: Return): Action[] {
  const path = { id: order.id, returnId };
  return [
    {
      key: 'refund',
      label: { zh: '已退款', en: 'Refunded' },
      roles: SHOP,
      available: state === 'requested',
      fields: [{ name: 'refundedAt', label: TEXTS.when, kind: 'time' }],
      summary: <RefundHint closed={order.state === 'closed'} />,
      run: (values, header) =>
        api.POST('/v1/orders/{id}/returns/{returnId}/refund', {
          params: { path, header },
          body: { refundedAt: maybeText(values, 'refundedAt') },
        }),
    },
    {
      key: 'reject',
      label: { zh: '拒绝退货', en: 'Reject the return' },
      roles: SHOP,
      danger: true,
      available: state === 'requested',
      fields: [{ name: 'reason', label: WORDS.reason, kind: 'textarea', maxLength: 500, required: true }],
      run: (values, header) =>
        api.POST('/v1/orders/{id}/returns/{returnId}/reject', {
          params: { path, header },
          body: { reason: textOf(values, 'reason') },
        }),
    },
  ];
}

function RefundHint({ closed }: { closed: boolean }) {
  const t = useT();
  return (
    <p>
      {closed
        ? t({
            zh: '客户已收到退款。已放款的佣金将被追回，不足部分记为欠款。',
            en: 'The customer has the money back. Released commissions are clawed back; what is missing becomes debt.',
          })
        : t({
            zh: '客户已收到退款。这些件数的佣金将被冲回。',
            en: 'The customer has the money back. Commissions on these pieces are reversed.',
          })}
    </p>
  );
}

function AttributionPanel({ order }: { order: Order }) {
  const t = useT();
  const { attribution } = order;
  const ids = attribution.chain.flatMap(({ distributorId }) => (distributorId ? [distributorId] : []));
  const names = useDistributorNames([...new Set([...ids, attribution.distributorId ?? ''])].filter(Boolean));
  return (
    <Panel title={TEXTS.attribution}>
      <p>
        {attribution.distributorId && (
          <ThingLink kind="distributor" id={attribution.distributorId}>
            {names.get(attribution.distributorId)}
          </ThingLink>
        )}{' '}
        {t(ATTRIBUTION_REASONS[attribution.reason])}
        {attribution.code && `: ${attribution.code}`}
      </p>
      <p className="muted">{t(ATTRIBUTIONS[attribution.reason])}</p>
      <ol style={{ margin: 0, paddingInlineStart: 20 }}>
        {attribution.chain.map(({ level, distributorId, tier, outcome }) => (
          <li key={level} value={level}>
            {distributorId && (
              <ThingLink kind="distributor" id={distributorId}>
                {names.get(distributorId)}
              </ThingLink>
            )}{' '}
            {tier && <span className="muted">{tier} </span>}
            {CHAIN_OUTCOMES[outcome] ? t(CHAIN_OUTCOMES[outcome]) : outcome}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** Names of a few distributors by id. */
function useDistributorNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const answers = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['distributor-name', id],
      queryFn: () => data(api.GET('/v1/distributors/{id}', { params: { path: { id } } })),
      staleTime: 300_000,
    })),
  });
  return new Map(answers.flatMap(({ data: one }) => (one ? [[one.id, one.name] as const] : [])));
}
