import { InputNumber } from 'antd';
import { OPERATORS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import type { Action } from '../../actions/ActionBar';
import type { CustomControl, Field } from '../../actions/fields';
import { countsOf, maybeText, maybeTexts, textOf } from '../../actions/values';
import { api } from '../../api/client';
import { type Text, useT } from '../../locale/locale';
import { type Line, ORDER, type Order } from './order';

const TEXTS = {
  shippedAt: { zh: '发货时间', en: 'Shipped at' },
  deliveredAt: { zh: '签收时间', en: 'Delivered at' },
  whichLines: { zh: '哪些行', en: 'Lines' },
  allLines: { zh: '不选则为全部在途的行', en: 'Leave empty for all lines in transit' },
} satisfies Record<string, Text>;

/** Actions on an order. */
export function orderActions(order: Order): Action[] {
  const path = { id: order.id };
  const open = order.state === 'open';
  // A line with a return requested before delivery can still be delivered.
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
      label: { zh: '登记发货', en: 'Record shipment' },
      roles: OPERATORS,
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
      label: { zh: '登记签收', en: 'Record delivery' },
      roles: OPERATORS,
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
      label: { zh: '登记退货', en: 'Record return' },
      roles: OPERATORS,
      available: returnable.length > 0,
      fields: [
        {
          name: 'lines',
          label: { zh: '退哪些、各几件', en: 'Lines and quantities returned' },
          kind: 'custom',
          required: true,
          render: (control) => <QuantitiesInput lines={returnable} {...control} />,
        },
        reason,
        { name: 'requestedAt', label: ORDER.when, kind: 'time' },
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
      roles: OPERATORS,
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
      {t({ zh: '退货期从签收时开始计算。', en: 'The return window starts at delivery.' })}
    </p>
  );
}

/** Quantity to return per line. */
function QuantitiesInput({ lines, id, value, onChange }: CustomControl & { lines: readonly Line[] }) {
  const t = useT();
  const chosen = new Map(countsOf({ value }, 'value'));
  const put = (lineId: string, count: number | null) => {
    const next = new Map(chosen);
    if (count) next.set(lineId, count);
    else next.delete(lineId);
    // No quantity means an empty field.
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
              aria-label={`${t(ORDER.pieces)}: ${t(ORDER.line)} ${lineId}, ${sku}`}
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
