import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Actor } from '../../database/journal';
import type { Pool } from '../../database/pool';
import {
  addDistributor,
  addUser,
  balanceOf,
  credit,
  ledgerFaults,
  openDatabase,
  sendUpdate,
  startWorker,
  testConfig,
  until,
} from '../support/payouts';
import { lift } from '../support/restrictions';

/** What the provider does with one call. */
type Behaviour =
  | 'pay'
  | 'accept'
  | 'pay and never answer'
  | 'pay and answer 500'
  | 'pay and break the connection'
  | 'answer 500'
  | 'answer 401'
  | 'answer nonsense'
  | 'refuse';

/** A provider that pays each instruction it takes, without looking at the idempotency key. */
class Provider {
  calls: string[] = [];
  keys: (string | undefined)[] = [];
  readonly payments = new Map<string, { count: number; pendingFor: number }>();
  instructions: Behaviour[] = [];
  inquiries: ('answer 500' | 'never answer')[] = [];
  pendingFor = 0;
  private readonly server: Server = createServer((req, res) => void this.answer(req, res));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  reset(): void {
    [this.calls, this.keys, this.instructions, this.inquiries, this.pendingFor] = [[], [], [], [], 0];
  }

  paid(id: string): number {
    return this.payments.get(id)?.count ?? 0;
  }

  private async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.calls.push(`${req.method}`);
    this.keys.push(req.headers['idempotency-key'] as string);
    const json = (status: number, body: unknown) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (req.method === 'GET') {
      const behaviour = this.inquiries.shift();
      if (behaviour === 'answer 500') return void res.writeHead(500).end('oops');
      if (behaviour === 'never answer') return;
      const payment = this.payments.get(req.url!.split('/').pop()!);
      if (!payment) return void json(404, { status: 'not_found' });
      if (payment.pendingFor-- > 0) return void json(200, { status: 'pending', reference: 'R-1' });
      return void json(200, { status: 'paid', reference: 'R-1' });
    }
    let text = '';
    for await (const chunk of req) text += chunk;
    const { id } = JSON.parse(text);
    const behaviour = this.instructions.shift() ?? 'pay';
    if (behaviour === 'accept' || behaviour.startsWith('pay')) {
      this.payments.set(id, { count: this.paid(id) + 1, pendingFor: this.pendingFor });
    }
    if (behaviour === 'pay') json(201, { status: 'paid', reference: 'R-1' });
    if (behaviour === 'accept') json(202, { status: 'accepted', reference: 'R-1' });
    if (behaviour === 'refuse') json(422, { reason: 'account does not exist' });
    if (behaviour === 'pay and break the connection') req.socket.destroy();
    if (behaviour.endsWith('answer 500')) res.writeHead(500).end('oops');
    if (behaviour === 'answer 401') json(401, { reason: 'bad token' });
    if (behaviour === 'answer nonsense') res.writeHead(200).end('<html>');
  }
}

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;
let worker: Awaited<ReturnType<typeof startWorker>>;
let provider: Provider;
let li: Actor;

/** Whether the next mark of a payout is committed without an answer to its step. */
let loseMark = false;

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
  li = await addUser(pool, 'Li');
  provider = new Provider();
  const config = testConfig({
    PAYOUT_METHOD: 'http',
    PAYOUT_HTTP_URL: await provider.start(),
    PAYOUT_HTTP_TIMEOUT: '300ms',
    PAYOUT_POLL_INTERVAL: '20ms',
  });
  worker = await startWorker(pool, config, undefined, (activities) => ({
    ...activities,
    async startPayout(id, now) {
      const started = await activities.startPayout(id, now);
      if (loseMark) {
        loseMark = false;
        throw new Error('killed after the commit');
      }
      return started;
    },
  }));
});
beforeEach(() => provider.reset());
afterEach(async () => expect(await ledgerFaults(pool)).toEqual([]));
afterAll(async () => {
  await worker.stop();
  await provider.stop();
  await database.close();
});

async function payOut(): Promise<{ id: string; distributor: string }> {
  const [id, distributor] = [randomUUID(), await addDistributor(pool)];
  await credit(pool, distributor, 5000);
  const request = { id, distributorId: distributor, amount: 5000, currency: 'CNY', by: li };
  await sendUpdate(worker, 'withdrawal', id, 'request', request, { resume: false });
  await sendUpdate(worker, 'withdrawal', id, 'approve', { id, decisionId: randomUUID(), by: li });
  return { id, distributor };
}
const end = (id: string) => worker.client.workflow.getHandle(`withdrawal/${id}`).result();
const row = async (id: string) =>
  (await pool.query('SELECT state, provider_reference, reason FROM withdrawals WHERE id = $1', [id])).rows[0];

test.each<[Behaviour, string[]]>([
  ['pay', ['POST']],
  ['accept', ['POST', 'GET']],
  ['pay and never answer', ['POST', 'GET']],
  ['pay and answer 500', ['POST', 'GET']],
  ['pay and break the connection', ['POST', 'GET']],
  ['answer 500', ['POST', 'GET', 'POST']],
  ['answer 401', ['POST', 'GET', 'POST']],
  ['answer nonsense', ['POST', 'GET', 'POST']],
])('a provider that would %s is paid through exactly once', async (behaviour, calls) => {
  provider.instructions = [behaviour];
  const { id, distributor } = await payOut();
  await end(id);
  expect(provider.calls).toEqual(calls);
  expect(new Set(provider.keys)).toEqual(new Set([id]));
  expect(provider.paid(id)).toBe(1);
  expect(await row(id)).toEqual({ state: 'paid', provider_reference: 'R-1', reason: null });
  expect(await balanceOf(pool, distributor)).toMatchObject({ available: 0, reserved: 0 });
});

test('a pending payout is inquired until it is paid', async () => {
  provider.instructions = ['accept'];
  provider.pendingFor = 2;
  const { id } = await payOut();
  await end(id);
  expect(provider.calls).toEqual(['POST', 'GET', 'GET', 'GET']);
});

test('nothing is sent again until the provider answers that the payout is unknown', async () => {
  provider.instructions = ['pay and answer 500'];
  provider.inquiries = ['answer 500', 'never answer'];
  const { id } = await payOut();
  await end(id);
  expect(provider.calls).toEqual(['POST', 'GET', 'GET', 'GET']);
  expect(provider.paid(id)).toBe(1);
});

test('a refusal returns the money to the balance and says why', async () => {
  provider.instructions = ['refuse'];
  const { id, distributor } = await payOut();
  await end(id);
  expect(await row(id)).toMatchObject({ state: 'failed', reason: 'account does not exist' });
  expect(await balanceOf(pool, distributor)).toMatchObject({ available: 5000, reserved: 0 });
});

test('a payout whose workflow was lost is inquired before anything is sent', async () => {
  provider.instructions = ['accept'];
  provider.pendingFor = Number.POSITIVE_INFINITY;
  const { id } = await payOut();
  await until(async () => provider.calls.includes('GET'));
  await worker.client.workflow.getHandle(`withdrawal/${id}`).terminate('Temporal lost it');
  provider.payments.get(id)!.pendingFor = 0;
  await worker.client.workflow.execute('withdrawal', {
    workflowId: `withdrawal/${id}`,
    args: [{ id, resume: true }],
    taskQueue: worker.taskQueue,
  });
  expect(provider.calls.filter((call) => call === 'POST')).toHaveLength(1);
  expect(await row(id)).toMatchObject({ state: 'paid' });
});

test('a payout marked by an attempt without an answer is inquired before anything is sent', async () => {
  loseMark = true;
  const { id } = await payOut();
  await end(id);
  expect(provider.calls).toEqual(['GET', 'POST']);
  expect(provider.paid(id)).toBe(1);
});

test('a payout on its way cannot be canceled', async () => {
  provider.instructions = ['accept'];
  provider.pendingFor = 2;
  const { id } = await payOut();
  await until(async () => provider.calls.includes('GET'));
  await expect(
    sendUpdate(worker, 'withdrawal', id, 'cancel', { id, decisionId: randomUUID(), by: li }),
  ).rejects.toMatchObject({ cause: { type: 'withdrawal_decided' } });
  await end(id);
  expect(await row(id)).toMatchObject({ state: 'paid' });
});

test('a distributor suspended between approval and payment is paid once reinstated, not before', async () => {
  const [id, distributor, restriction] = [randomUUID(), await addDistributor(pool), randomUUID()];
  await credit(pool, distributor, 5000);
  const request = { id, distributorId: distributor, amount: 5000, currency: 'CNY', by: li };
  await sendUpdate(worker, 'withdrawal', id, 'request', request, { resume: false });
  // As if the suspension happened while the approval was being written.
  await pool.query(`CREATE FUNCTION suspend_with_approval() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO restrictions (id, distributor_id, effect, cause, reason, note, placed_at, effective_from)
      VALUES ('${restriction}', NEW.distributor_id, 'suspended', 'violation/1', 'violation', 'x', now(), now());
      RETURN NEW;
    END $$`);
  await pool.query(`CREATE TRIGGER suspend_with_approval AFTER UPDATE ON withdrawals
    FOR EACH ROW WHEN (NEW.state = 'approved') EXECUTE FUNCTION suspend_with_approval()`);
  await sendUpdate(worker, 'withdrawal', id, 'approve', { id, decisionId: randomUUID(), by: li });
  const handle = worker.client.workflow.getHandle(`withdrawal/${id}`);
  await until(async () =>
    (await handle.fetchHistory()).events!.some((event) => event.timerFiredEventAttributes),
  );
  expect(provider.calls).toEqual([]);
  expect(await row(id)).toMatchObject({ state: 'approved' });
  await pool.query('DROP FUNCTION suspend_with_approval CASCADE');
  await lift(pool, restriction);
  await end(id);
  expect(provider.calls).toEqual(['POST']);
  expect(await row(id)).toMatchObject({ state: 'paid' });
});
