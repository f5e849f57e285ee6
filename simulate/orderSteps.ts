import type { Fact, Moment } from './model';
import type { Message, OrderStory } from './orderStory';
import type { Action, Sending } from './story';
import { type Answer, Finding, type OrderRecord, post, read, type World } from './world';

type Of<Type extends Action['type']> = Extract<Action, { type: Type }>;

interface EventAnswer {
  status?: 'accepted' | 'waiting';
}

/** What is known about an order so far; begins with its first message. */
export function recordOf(world: World, story: OrderStory): OrderRecord {
  const known = world.orders.get(story.id);
  if (known) return known;
  const last = Math.max(...story.messages.map((message) => message.after));
  const paidAt = Date.now() - (story.when === 'live' ? 0 : story.when + last);
  const record: OrderRecord = {
    story,
    paidAt,
    sent: new Map(),
    facts: [],
    payment: 'unsent',
    recorded: never(),
    steps: new Set(),
  };
  world.orders.set(story.id, record);
  return record;
}

/** Of what has not happened yet. */
const never = (): Moment => ({ sent: Number.POSITIVE_INFINITY, answered: Number.POSITIVE_INFINITY });

/** Sends messages of an order, those of one step at once. All of them have to be accepted. */
export async function sendMessages(
  world: World,
  step: number,
  { order: story, messages, sending }: Of<'order'>,
): Promise<void> {
  const record = recordOf(world, story);
  record.steps.add(step);
  const wasRecorded = record.payment === 'recorded';
  const knownReturns = new Set(record.facts.flatMap((fact) => (fact.type === 'return' ? fact.returnId : [])));
  await Promise.all(
    messages.map(async (index) => {
      const message = story.messages[index]!;
      const isRepeat = record.sent.has(index);
      const request = record.sent.get(index) ?? requestOf(world, record, message);
      record.sent.set(index, request);
      const answers = await sendAll<EventAnswer>(world, step, request, sending, `m${index}`);
      for (const answer of answers) {
        if (answer.code !== 'ok') {
          const text = `${answer.code}: ${answer.message}`;
          throw new Finding(
            step,
            `${story.id}: ${describe(message)} fits all the rest, and was refused with ${text}`,
          );
        }
        const isEarly = answer.body.status === 'waiting';
        const returnIsKnown =
          !('returnId' in message) || message.type === 'return' || knownReturns.has(message.returnId);
        if (isEarly && wasRecorded && returnIsKnown)
          throw new Finding(step, `${story.id}: ${describe(message)} waits for what is there`);
        request.at.answered = Math.max(request.at.answered, answer.at.answered);
      }
      const told = toldBy(answers);
      if (message.type === 'pay') {
        if (record.payment === 'recorded') return;
        record.payment = told.answered === Number.POSITIVE_INFINITY ? 'stored' : 'recorded';
        record.recorded = { sent: Math.min(record.recorded.sent, told.sent), answered: told.answered };
      } else if (!isRepeat) record.facts.push({ ...factOf(message), at: request.at.sent, told });
    }),
  );
}

/** When the system knew it: not while it says that it keeps it for later. */
function toldBy(answers: Answer<EventAnswer>[]): Moment {
  const applied = answers.filter(({ body }) => body.status !== 'accepted' && body.status !== 'waiting');
  return {
    sent: Math.min(...answers.map((answer) => answer.at.sent)),
    answered: Math.min(Number.POSITIVE_INFINITY, ...applied.map((answer) => answer.at.answered)),
  };
}

/** A line is canceled and delivered at once: one of the two is accepted, and the other refused. */
export async function contradict(
  world: World,
  step: number,
  { order: story, lineId }: Of<'contradiction'>,
): Promise<void> {
  const record = recordOf(world, story);
  record.steps.add(step);
  const at = Date.now();
  const time = new Date(at).toISOString();
  const [canceled, delivered] = await Promise.all([
    send(
      world,
      step,
      `${pathOf(story)}/cancel`,
      { canceledAt: time, lineIds: [lineId], reason: 'sold out' },
      'cancel',
    ),
    send(world, step, `${pathOf(story)}/deliveries`, { deliveredAt: time, lineIds: [lineId] }, 'deliver'),
  ]);
  const codes = `cancel: ${canceled.code}, deliver: ${delivered.code}`;
  if ((canceled.code === 'ok') === (delivered.code === 'ok'))
    throw new Finding(
      step,
      `${story.id}: line ${lineId} was canceled and delivered at once, and the answers are ${codes}`,
    );
  const [type, told] =
    canceled.code === 'ok' ? (['cancel', canceled.at] as const) : (['deliver', delivered.at] as const);
  record.facts.push({ type, at, told, lineIds: [lineId] });
}

/** A message that no rule allows: refused, with its reason, and nothing changes. */
export async function makeMistake(
  world: World,
  step: number,
  { order: story, kind }: Of<'mistake'>,
): Promise<void> {
  const record = recordOf(world, story);
  record.steps.add(step);
  const { lineId } = story.lines[0]!;
  const before = new Date(record.paidAt - 1000).toISOString();
  const now = new Date().toISOString();
  const mistakes: Record<typeof kind, [path: string, body: object, code: string]> = {
    line_unknown: ['/deliveries', { deliveredAt: now, lineIds: ['nothing'] }, 'line_not_found'],
    too_many: [
      '/returns',
      { returnId: 'R-many', lines: [{ lineId, quantity: 1000 }], reason: 'no' },
      'quantity_exceeded',
    ],
    before_payment: ['/shipments', { shippedAt: before }, 'event_before_payment'],
    other_content: ['', { ...paymentOf(world, record), shipTo: { region: 'CN-99' } }, 'order_differs'],
  };
  const [path, body, expected] = mistakes[kind];
  const address = kind === 'other_content' ? '/v1/orders' : `${pathOf(story)}${path}`;
  const { code } = await send(world, step, address, body, 'mistake');
  // Of a closed order, only returns are looked at.
  const isClosed = code === 'order_closed' && (kind === 'line_unknown' || kind === 'before_payment');
  if (code !== expected && !isClosed)
    throw new Finding(step, `${story.id}: ${kind} was answered with ${code}, not ${expected}`);
}

/** The commissions of an order, in the order of lines and levels; none where it is not recorded. */
export async function commissionsOf(
  world: World,
  step: number,
  story: OrderStory,
): Promise<{ id: string }[]> {
  const order = await read<{ commissions: { id: string; lineId: string; level: number }[] }>(
    world.api.admin,
    step,
    pathOf(story),
  );
  return (order?.commissions ?? []).sort((a, b) => Number(a.lineId) - Number(b.lineId) || a.level - b.level);
}

export const pathOf = (story: OrderStory) => `/v1/orders/${story.id}`;

/** Sends one message in the way that the story says. */
export async function sendAll<Body>(
  world: World,
  step: number,
  { path, body }: { path: string; body: object },
  sending: Sending,
  name: string,
  client = world.api.shop,
): Promise<Answer<Body>[]> {
  const key = `step/${step}/${name}`;
  const keys = { once: [key], same_key: [key, key], two_keys: [key, `${key}/again`] }[sending];
  const answers = await Promise.all(keys.map((one) => post<Body>(client, step, { path, body, key: one })));
  const texts = answers.map(({ code, body: answered }) => JSON.stringify([code, answered]));
  if (sending === 'same_key' && texts[0] !== texts[1])
    throw new Finding(step, `POST ${path} with one Idempotency-Key has two answers: ${texts.join(' and ')}`);
  return answers;
}

function send(world: World, step: number, path: string, body: object, name: string) {
  return post<EventAnswer>(world.api.shop, step, { path, body, key: `step/${step}/${name}` });
}

function requestOf(world: World, record: OrderRecord, message: Message) {
  const { story } = record;
  const isLive = story.when === 'live';
  // What happens now happens after all that was said before.
  const last = Math.max(record.paidAt, ...[...record.sent.values()].map(({ at }) => at.sent));
  const sent =
    message.type === 'pay'
      ? record.paidAt
      : isLive
        ? Math.max(Date.now(), last + 1)
        : record.paidAt + message.after;
  // A shop without times for its returns has none for their decisions either.
  const isTimed = !isLive || !('returnId' in message) || message.returnId !== 'R1';
  const time = new Date(sent).toISOString();
  const at = { sent, answered: isTimed ? sent : Date.now() };
  const base = pathOf(story);
  const lineIds = 'lineIds' in message && message.lineIds ? { lineIds: message.lineIds } : {};
  switch (message.type) {
    case 'pay':
      return { path: '/v1/orders', body: paymentOf(world, record), at, isTimed: true };
    case 'ship':
      return { path: `${base}/shipments`, body: { shippedAt: time, ...lineIds }, at, isTimed: true };
    case 'deliver':
      return { path: `${base}/deliveries`, body: { deliveredAt: time, ...lineIds }, at, isTimed: true };
    case 'cancel':
      return {
        path: `${base}/cancel`,
        body: { canceledAt: time, ...lineIds, reason: 'changed my mind' },
        at,
        isTimed: true,
      };
    case 'return': {
      const { returnId, lines } = message;
      const body = { returnId, lines, reason: 'too small', ...(isTimed && { requestedAt: time }) };
      return { path: `${base}/returns`, body, at, isTimed };
    }
    case 'refund':
      return {
        path: `${base}/returns/${message.returnId}/refund`,
        body: isTimed ? { refundedAt: time } : {},
        at,
        isTimed,
      };
    case 'reject': {
      const body = { reason: 'worn', ...(isTimed && { rejectedAt: time }) };
      return { path: `${base}/returns/${message.returnId}/reject`, body, at, isTimed };
    }
  }
}

function paymentOf(world: World, { story, paidAt }: OrderRecord): object {
  const { id, seller, lines } = story;
  return {
    externalId: id,
    paidAt: new Date(paidAt).toISOString(),
    currency: 'CNY',
    customer: { externalId: `customer of ${id}` },
    attributionCode: seller === null ? 'NOBODY-HAS-THIS' : world.distributors[seller]!.code,
    shipTo: { region: 'CN-31' },
    lines,
  };
}

type WithoutTimes<T> = T extends Fact ? Omit<T, 'at' | 'told'> : never;

function factOf(message: Exclude<Message, { type: 'pay' }>): WithoutTimes<Fact> {
  switch (message.type) {
    case 'return':
      return { type: 'return', returnId: message.returnId, lines: message.lines };
    case 'refund':
    case 'reject':
      return { type: message.type, returnId: message.returnId };
    default:
      return { type: message.type, ...(message.lineIds && { lineIds: message.lineIds }) };
  }
}

function describe(message: Message): string {
  return 'returnId' in message ? `${message.type} of ${message.returnId}` : message.type;
}
