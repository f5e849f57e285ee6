import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ApiContext } from '../../../api/http/endpoint';
import { senderOf, temporalLoad } from '../../../api/workflows/client';
import { createLogger } from '../../../log';
import { dataConverter } from '../../../temporal/payloadCodec';
import { testConfig } from '../../support/config';
import '../../support/runtime';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [oldKey, newKey] = [key('old'), key('new')];

let connection: Connection;
let stopWorker: () => Promise<void>;
const taskQueue = `test-${randomUUID()}`;

/** Nothing here asks PostgreSQL. */
function contextWith(settings: Record<string, string> = {}, through = connection): ApiContext {
  const config = testConfig({
    TEMPORAL_TASK_QUEUE: taskQueue,
    TEMPORAL_PAYLOAD_KEYS: oldKey,
    ...settings,
  });
  const temporal = new Client({ connection: through, dataConverter: dataConverter(config) });
  return { config, temporal, log: createLogger(config, 'test', { write: () => {} }) } as ApiContext;
}

beforeAll(async () => {
  const address = process.env.TEST_TEMPORAL_ADDRESS;
  connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: require.resolve('./doorbell'),
    // The order during a change of keys: workers know the new key before it is used to encrypt.
    dataConverter: dataConverter({ TEMPORAL_PAYLOAD_KEYS: `${oldKey},${newKey}` }),
  });
  const running = worker.run();
  stopWorker = async () => {
    worker.shutdown();
    await running;
    await native.close();
  };
});
afterAll(async () => {
  await stopWorker();
  await connection.close();
});

const ring = (context: ApiContext, workflowId: string, how: string, updateId: string = randomUUID()) =>
  senderOf(context).call<{ rung: number }>((client) =>
    client.executeUpdateWithStart('ring', {
      args: [how],
      updateId,
      startWorkflowOperation: new WithStartWorkflowOperation('doorbell', {
        workflowId,
        taskQueue,
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    }),
  );

test('a workflow is started by its first message, and answers the next ones', async () => {
  const [context, id] = [contextWith(), randomUUID()];
  expect(await ring(context, id, 'once')).toMatchObject({ rung: 1 });
  expect(await ring(context, id, 'again')).toMatchObject({ rung: 2 });
});

test('a repeated message gets the first answer', async () => {
  const [context, id, updateId] = [contextWith(), randomUUID(), randomUUID()];
  const first = await ring(context, id, 'once', updateId);
  expect(await ring(context, id, 'once', updateId)).toEqual(first);
});

test.each(['refuse', 'invalid'])(
  'a refusal by a handler or a validator (%s) becomes a problem answer',
  async (how) => {
    await expect(ring(contextWith(), randomUUID(), how)).rejects.toMatchObject({
      name: 'Problem',
      status: 409,
      code: 'door_locked',
      message: 'The door is locked; ring later.',
      errors: [{ pointer: '/door' }],
    });
  },
);

test('a failure that is no refusal stays a fault of the server', async () => {
  await expect(ring(contextWith(), randomUUID(), 'break')).rejects.toMatchObject({
    name: 'WorkflowUpdateFailedError',
  });
});

test('beyond the limit and the queue a request is refused at once, and those before it are served', async () => {
  const context = contextWith({ API_MAX_IN_FLIGHT: '2', API_MAX_QUEUE: '1' });
  const id = randomUUID();
  const [a, b, queued] = [ring(context, id, 'wait'), ring(context, id, 'wait'), ring(context, id, 'wait')];
  expect(temporalLoad(context)).toEqual({ inFlight: 2, queued: 1 });
  await expect(ring(context, id, 'wait')).rejects.toMatchObject({
    status: 503,
    code: 'temporarily_unavailable',
    headers: { 'Retry-After': '1' },
  });
  await ring(contextWith(), id, 'open');
  await Promise.all([a, b, queued]);
  expect(temporalLoad(context)).toEqual({ inFlight: 0, queued: 0 });
});

test('a Temporal that is away is reported as such, within seconds', async () => {
  const away = Connection.lazy({ address: '127.0.0.1:1' });
  const context = contextWith({}, away);
  await expect(ring(context, randomUUID(), 'once')).rejects.toMatchObject({ status: 503 });
  await away.close();
}, 40_000);

describe('with TEMPORAL_PAYLOAD_KEYS', () => {
  const historyOf = async (workflowId: string) => {
    const { history } = await connection.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution: { workflowId },
    });
    return history!;
  };

  test('Temporal sees neither arguments nor answers nor messages of failures', async () => {
    const id = randomUUID();
    await ring(contextWith(), id, 'a-secret-way');
    await expect(ring(contextWith(), id, 'break')).rejects.toThrow();
    const history = await historyOf(id);
    const texts: string[] = [];
    JSON.stringify(history, (_name, value: unknown) => {
      if (typeof value === 'string') texts.push(value, Buffer.from(value, 'base64').toString());
      return value;
    });
    expect(texts.join('\n')).toContain('binary/encrypted');
    expect(texts.join('\n')).not.toMatch(/a-secret-way|wires are cut/);
  });

  test('what is encrypted with another of the keys is read: keys can be changed while workflows run', async () => {
    const [workflowId, before] = [randomUUID(), contextWith()];
    await ring(before, workflowId, 'once');
    const after = contextWith({ TEMPORAL_PAYLOAD_KEYS: `${newKey},${oldKey}` });
    expect(await ring(after, workflowId, 'again')).toMatchObject({ rung: 2 });
  });

  test('the changed content of a payload, and an unknown key, are noticed', async () => {
    const [codec] = dataConverter({ TEMPORAL_PAYLOAD_KEYS: oldKey }).payloadCodecs!;
    const [sealed] = await codec!.encode([{ metadata: {}, data: Buffer.from('x') }]);
    const data = Buffer.from(sealed!.data!);
    data[20]! ^= 1;
    await expect(codec!.decode([{ ...sealed, data }])).rejects.toThrow();
    const [other] = dataConverter({ TEMPORAL_PAYLOAD_KEYS: newKey }).payloadCodecs!;
    await expect(other!.decode([sealed!])).rejects.toThrow('no key with the id "old"');
  });
});
