import { z } from 'zod';
import { windowPicture } from '../../../domain/windowPicture';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { notFound } from '../../http/problem';
import { identifier, timestampOutput } from '../../http/schemas';
import { planReader } from '../plan/reader';
import { readOrder } from './view';

const time = timestampOutput.nullable();

const pictureSchema = z
  .object({
    lineId: z.string(),
    state: z.enum(['paid', 'shipped', 'delivered', 'return_requested', 'closed', 'returned', 'canceled']),
    paidAt: timestampOutput,
    shippedAt: time,
    deliveredAt: time,
    window: z
      .object({
        beginsAt: timestampOutput,
        endsAt: time.describe(
          'Null while an open return keeps it from ending, or where all came back before.',
        ),
        lengthMs: z.number().describe('Without pauses.'),
        pauses: z.array(z.object({ returnId: z.string(), from: timestampOutput, to: time })),
      })
      .nullable()
      .describe('Null before the delivery.'),
    stretches: z
      .array(z.object({ kind: z.enum(['on_the_way', 'window', 'paused']), from: timestampOutput, to: time }))
      .describe('In turn, without gaps, for the bars of a picture; the last may still last.'),
    closedAt: time,
    dueAt: time.describe('When its commissions became due.'),
  })
  .meta({ id: 'ReturnWindow' });

const toMs = (text: string | null) => (text === null ? null : Date.parse(text));
const toIso = (at: number) => new Date(at).toISOString();
const toTime = (at: number | null) => (at === null ? null : toIso(at));

export const orderWindowEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/orders/{id}/windows',
    summary: 'The return window of each line: delivered when, paused by what, ending when',
    tag: 'orders',
    roles: ['admin', 'compliance', 'finance', 'operator', 'distributor'],
    scope: 'orders:read',
    params: z.object({ id: identifier }),
    responses: {
      200: { description: 'Line by line.', schema: z.object({ items: z.array(pictureSchema) }) },
    },
    handler: async ({ params: { id }, context, principal }) => {
      const order = await readOrder(context.pool, id, principal.distributorId);
      if (!order) throw notFound(`The order ${id}`);
      const { terms } = await planReader(context)(Number(order.planId));
      const { rows } = await context.pool.query<{ lineId: string; at: Date }>(
        `SELECT data -> 'lineIds' ->> 0 AS "lineId", occurred_at AS at FROM events
         WHERE subject = 'order/' || key_part($1) AND type = 'window_closed'`,
        [id],
      );
      const closed = new Map(rows.map(({ lineId, at }) => [lineId, at.getTime()]));
      const returns = order.returns.map((entry) => ({
        ...entry,
        requestedAt: Date.parse(entry.requestedAt),
        resolvedAt: toMs(entry.resolvedAt),
      }));
      const items = order.lines.map((line): z.input<typeof pictureSchema> => {
        const due = order.commissions.find(({ lineId, dueAt }) => lineId === line.lineId && dueAt !== null);
        const { paidAt, window, stretches, ...picture } = windowPicture(
          {
            lineId: line.lineId,
            state: line.state,
            shippedAt: toMs(line.shippedAt),
            deliveredAt: toMs(line.deliveredAt),
            closedAt: closed.get(line.lineId) ?? null,
          },
          Date.parse(order.paidAt),
          terms.returnWindowDays * 86_400_000,
          returns,
          toMs(due?.dueAt ?? null),
        );
        return {
          lineId: picture.lineId,
          state: picture.state,
          paidAt: toIso(paidAt),
          shippedAt: toTime(picture.shippedAt),
          deliveredAt: toTime(picture.deliveredAt),
          window: window && {
            beginsAt: toIso(window.beginsAt),
            endsAt: toTime(window.endsAt),
            lengthMs: window.lengthMs,
            pauses: window.pauses.map((pause) => ({
              ...pause,
              from: toIso(pause.from),
              to: toTime(pause.to),
            })),
          },
          stretches: stretches.map(({ kind, from, to }) => ({ kind, from: toIso(from), to: toTime(to) })),
          closedAt: toTime(picture.closedAt),
          dueAt: toTime(picture.dueAt),
        };
      });
      return { status: 200, body: { items } };
    },
  }),
];
