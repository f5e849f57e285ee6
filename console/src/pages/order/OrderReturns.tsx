import { OPERATORS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { type Action, ActionBar } from '../../actions/ActionBar';
import { maybeText, textOf } from '../../actions/values';
import { api } from '../../api/client';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { ORDER, type Order } from './order';

type Return = Order['returns'][number];

const TEXTS = {
  title: { zh: '退货', en: 'Returns' },
  none: { zh: '没有退货。', en: 'There are no returns.' },
} satisfies Record<string, Text>;

/** Returns of an order and their decisions. */
export function OrderReturns({ order }: { order: Order }) {
  const t = useT();
  return (
    <Panel title={TEXTS.title}>
      {order.returns.length === 0 && <span className="muted">{t(TEXTS.none)}</span>}
      {order.returns.map((entry) => (
        <div key={entry.id} style={{ marginBottom: 12 }}>
          <div>
            <span className="strong" style={{ overflowWrap: 'anywhere' }}>
              {entry.id}
            </span>{' '}
            <StateTag state={entry.state} />{' '}
            {entry.lines.map(({ lineId, quantity }) => `${t(ORDER.line)} ${lineId} × ${quantity}`).join(', ')}
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
      roles: OPERATORS,
      available: state === 'requested',
      fields: [{ name: 'refundedAt', label: ORDER.when, kind: 'time' }],
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
      roles: OPERATORS,
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
            zh: '客户已收到退款。已结算的佣金将被追回，不足部分记为欠款。',
            en: 'The customer has been refunded. Released commissions are clawed back; any shortfall is recorded as debt.',
          })
        : t({
            zh: '客户已收到退款。这些件数的佣金将被冲销。',
            en: 'The customer has been refunded. Commissions on these units are reversed.',
          })}
    </p>
  );
}
