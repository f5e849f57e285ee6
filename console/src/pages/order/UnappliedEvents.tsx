import { useQuery } from '@tanstack/react-query';
import { Alert, Skeleton } from 'antd';
import { OPERATORS } from '../../../../domain/roles';
import { EVENTS } from '../../../../domain/words/events';
import { WORDS } from '../../../../domain/words/glossary';
import { type Action, ActionBar } from '../../actions/ActionBar';
import { textOf } from '../../actions/values';
import { api, data } from '../../api/client';
import { NotFoundPage } from '../../app/ErrorPage';
import { useMe } from '../../app/session';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { Page } from '../../ui/Page';
import { StateTag } from '../../ui/StateTag';
import { ORDER, type Order } from './order';

type Unapplied = Order['unappliedEvents'][number];

const TEXTS = {
  title: { zh: '未生效的事件', en: 'Events not applied' },
  notCome: {
    zh: '此订单尚未入账，但已有相关消息。请从商城补发订单，或舍弃这些消息。',
    en: 'This order has not arrived, but events for it have. Send the order from the shop, or discard the events.',
  },
  waiting: {
    zh: '其订单或退货尚未收到；收到后会自动生效。',
    en: 'Its order or return has not arrived; the event is then applied automatically.',
  },
  refused: {
    zh: '请与商城核对：更正后重新发送，或舍弃。',
    en: 'Compare it with the shop: send it again with corrections, or discard it.',
  },
  return: { zh: '退货', en: 'Return' },
  received: { zh: '收到时间', en: 'Received' },
  discard: { zh: '舍弃', en: 'Discard' },
  discarded: { zh: '已舍弃', en: 'Discarded' },
  discardHint: {
    zh: '此事件将不会生效，订单不变。原因会记入操作日志。',
    en: 'The event will not be applied, and the order does not change. The reason is recorded in the audit log.',
  },
} satisfies Record<string, Text>;

/** Events of an order that were accepted and changed nothing, and what to do about each. */
export function UnappliedEvents({ orderId, events }: { orderId: string; events: Unapplied[] }) {
  const t = useT();
  if (events.length === 0) return null;
  return (
    <Panel title={TEXTS.title}>
      {events.map((event) => (
        <div key={event.key} style={{ marginBottom: 12 }}>
          <div>
            <span className="strong">{t(EVENTS[event.type]!)}</span> <StateTag state={event.state} />{' '}
            {subjectOf(event, t)}
          </div>
          {event.refusal && <div>{event.refusal.message}</div>}
          <div>{t(TEXTS[event.state])}</div>
          <div className="muted">
            <TimeText at={event.at} /> · {t(TEXTS.received)} <TimeText at={event.receivedAt} />
          </div>
          <ActionBar actions={[discardAction(orderId, event.key)]} />
        </div>
      ))}
    </Panel>
  );
}

/** An order that is not here: the events that wait for it, or that it does not exist. */
export function MissingOrder({ id }: { id: string }) {
  const t = useT();
  const isStaff = useMe().user.role !== 'distributor';
  const waiting = useQuery({
    queryKey: ['unapplied-events', id],
    queryFn: ({ signal }) =>
      data(api.GET('/v1/orders/{id}/unapplied-events', { params: { path: { id } }, signal })),
    enabled: isStaff,
  });
  if (isStaff && waiting.isPending) return <Skeleton active />;
  const events = waiting.data?.unappliedEvents ?? [];
  if (events.length === 0) return <NotFoundPage />;
  return (
    <Page title={id}>
      <Alert type="warning" showIcon title={t(TEXTS.notCome)} />
      <UnappliedEvents orderId={id} events={events} />
    </Page>
  );
}

function subjectOf({ returnId, lineIds }: Unapplied, t: ReturnType<typeof useT>): string {
  if (returnId !== null) return `${t(TEXTS.return)} ${returnId}`;
  return lineIds === null ? '' : `${t(ORDER.line)} ${lineIds.join(', ')}`;
}

/** Discards an event that was accepted and will never be applied. */
export function discardAction(id: string, key: string): Action {
  return {
    key: 'discard',
    label: TEXTS.discard,
    roles: OPERATORS,
    danger: true,
    available: true,
    fields: [{ name: 'reason', label: WORDS.reason, kind: 'textarea', maxLength: 500, required: true }],
    summary: <DiscardHint />,
    done: TEXTS.discarded,
    run: (values, header) =>
      api.POST('/v1/orders/{id}/unapplied-events/discard', {
        params: { path: { id }, header },
        body: { key, reason: textOf(values, 'reason') },
      }),
  };
}

function DiscardHint() {
  return <p>{useT()(TEXTS.discardHint)}</p>;
}
