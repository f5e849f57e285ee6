import http from 'node:http';
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import type { OrderPayment } from '../domain/order';
import { pay } from '../workflows/order';
import { bareOrder } from './bareOrder';
import type { Bench, Result } from './bench';
import { makePayment } from './lifecycles';
import { alternate, percentile, ratio, short, show, spread, steadyRate } from './rounds';
import { type Seeded, seed } from './seed';
import { type Platform, TASK_QUEUE } from './servers';

/** Far above the limits of the API (API_MAX_IN_FLIGHT and API_MAX_QUEUE). */
const OVERLOAD = 500;

export const latency: Bench = {
  description:
    'Milliseconds until `POST /v1/orders` is answered, over HTTP and with the key of a machine, against a bare update-with-start that a ' +
    `client sends to Temporal itself, with the same number in flight. Then ${OVERLOAD} concurrent requests, which wait as long as ` +
    'Retry-After says, and the same number with asynchronous responses.',
  async run(servers, { quick }) {
    const platform = await servers.startPlatform();
    const seeded = await seed(platform.pool);
    const { url, key } = await platform.startApi();
    const api = createApiClient({ url, key: await makeShopKey(url, key) }, seeded);
    const bare = () => startBare(platform, makePayment(seeded));
    const ms = quick ? 500 : 3000;
    await alternate('latency, warm-up', 1, {
      api: () => median(timed(api.order, 4, ms)),
      bare: () => median(timed(bare, 4, ms)),
    });
    const results: Result[] = [];
    for (const inFlight of quick ? [1, 4] : [1, 16, 100]) {
      const all: Record<'api' | 'bare', number[][]> = { api: [], bare: [] };
      const measure = (side: 'api' | 'bare', call: () => Promise<unknown>) => async () => {
        const times = await timed(call, inFlight, ms);
        all[side].push(times);
        return percentile(times, 0.5);
      };
      await alternate(`latency of ${inFlight} in flight, ms`, quick ? 1 : 4, {
        api: measure('api', api.order),
        bare: measure('bare', bare),
      });
      for (const share of [0.5, 0.99]) {
        const ours = all.api.map((times) => percentile(times, share));
        const theirs = all.bare.map((times) => percentile(times, share));
        results.push({
          measured: `p${share * 100} with ${inFlight} in flight`,
          ours: show(spread(ours), 'ms'),
          baseline: show(spread(theirs), 'ms'),
          ratio: show(ratio(ours, theirs)),
          aim: inFlight === 1 && share === 0.5 ? 'max 1.3' : '',
        });
      }
    }
    const crowd = quick ? 40 : OVERLOAD;
    results.push(await overload(`${crowd} in flight`, api.orderPatiently, crowd, ms));
    results.push(await overload(`${crowd} in flight, "Prefer: respond-async"`, api.orderAsync, crowd, ms));
    return results;
  },
};

/** @returns milliseconds of each call */
async function timed(call: () => Promise<unknown>, inFlight: number, measureMs: number): Promise<number[]> {
  const times: number[] = [];
  await steadyRate(
    async (done) => {
      const start = performance.now();
      await call();
      times.push(performance.now() - start);
      done(1);
    },
    { inFlight, rampMs: 0, measureMs },
  );
  return times;
}

async function median(times: Promise<number[]>): Promise<number> {
  return percentile(await times, 0.5);
}

async function startBare({ client }: Platform, payment: OrderPayment): Promise<void> {
  await client.workflow.executeUpdateWithStart(pay, {
    args: [payment],
    updateId: 'pay',
    startWorkflowOperation: new WithStartWorkflowOperation(bareOrder, {
      workflowId: `bare/${payment.externalId}`,
      args: [{ id: payment.externalId }],
      taskQueue: TASK_QUEUE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    }),
  });
}

interface Answer {
  status: number;
  retryAfter?: string;
}

/** A key as a shop has it. @param key of an admin */
async function makeShopKey(url: string, key: string): Promise<string> {
  const ask = async (path: string, body?: object) => {
    const answer = await fetch(`${url}/v1/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`/v1/${path}: ${await answer.text()}`);
    return answer.json();
  };
  const { user } = (await ask('me')) as { user: { id: string } };
  const scopes = ['orders:write'];
  const made = await ask('keys', { userId: user.id, name: 'bench of orders', machine: true, scopes });
  return (made as { key: string }).key;
}

function createApiClient({ url, key }: { url: string; key: string }, seeded: Seeded) {
  const agent = new http.Agent({ keepAlive: true });
  const post = (body: string, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const request = http.request(
        `${url}/v1/orders`,
        {
          method: 'POST',
          agent,
          headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
        },
        (response) => {
          response.resume().once('error', reject);
          response.once('end', () =>
            resolve({ status: response.statusCode!, retryAfter: response.headers['retry-after'] }),
          );
        },
      );
      request.once('error', reject).end(body);
    });
  return {
    /** Sends an order that must be accepted. */
    async order(): Promise<void> {
      const { status } = await post(JSON.stringify(makePayment(seeded)));
      if (status !== 201) throw new Error(`an order was answered with ${status}`);
    },
    /** Sends an order; after a refusal waits as long as Retry-After says. */
    async orderPatiently(): Promise<Answer> {
      const answer = await post(JSON.stringify(makePayment(seeded)));
      if (answer.retryAfter)
        await new Promise((resolve) => setTimeout(resolve, Number(answer.retryAfter) * 1000));
      return answer;
    },
    orderAsync: () => post(JSON.stringify(makePayment(seeded)), { Prefer: 'respond-async' }),
  };
}

/** Overload: every response must be one of a few, within a limited time. */
async function overload(
  measured: string,
  call: () => Promise<Answer>,
  inFlight: number,
  measureMs: number,
): Promise<Result> {
  const counts = new Map<string, number>();
  const times: number[] = [];
  await steadyRate(
    async (done) => {
      const start = performance.now();
      const { status, retryAfter } = await call();
      times.push(performance.now() - start - (retryAfter ? Number(retryAfter) * 1000 : 0));
      const kind = `${status}${retryAfter ? ' with Retry-After' : ''}`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      done(1);
    },
    { inFlight, rampMs: 0, measureMs: measureMs * 2 },
  );
  const kinds = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => `${count} × ${kind}`);
  return {
    measured: `Answers with ${measured}`,
    ours: `${kinds.join(', ')}; p99 ${short(percentile(times, 0.99))} ms`,
    aim: 'only 201, 202, and 429 or 503 with Retry-After',
  };
}
