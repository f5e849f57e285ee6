import { Client, Connection } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { ensureNamespace, RETENTION_DAYS } from '../../embedded/temporal';

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS });
});
afterAll(() => connection.close());

test('the development server keeps closed workflows for a week', async () => {
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(optionalTsToMs(config?.workflowExecutionRetentionTtl)).toBe(RETENTION_DAYS * 86_400_000);
});

test('a namespace is prepared once, even by several processes that start together', async () => {
  const namespace = `shared-${process.pid}`;
  await Promise.all([1, 2, 3].map(() => ensureNamespace(connection, namespace, { log: () => {} })));
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  expect(optionalTsToMs(config?.workflowExecutionRetentionTtl)).toBe(RETENTION_DAYS * 86_400_000);
  const client = new Client({ connection, namespace });
  await client.workflow.start('order', { workflowId: 'first', taskQueue: 'unused' });
});

test('an existing namespace keeps the retention its owner chose', async () => {
  const namespace = `owned-${process.pid}`;
  await ensureNamespace(connection, namespace, { log: () => {}, retentionDays: 30 });
  await ensureNamespace(connection, namespace, { log: () => {} });
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  expect(optionalTsToMs(config?.workflowExecutionRetentionTtl)).toBe(30 * 86_400_000);
});
