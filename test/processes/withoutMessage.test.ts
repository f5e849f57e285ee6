import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities';
import { kinds, processKinds, subjectOf } from '../../domain/kinds';
import { type Sender, send } from '../../temporal/messages';
import { orderEvent, pay } from '../../workflows/order';
import { activityContext } from '../support/config';
import { expectSoundLedger } from '../support/ledger';
import { activatePlan, addDistributor, type Platform, payment, startPlatform } from '../support/platform';
import { startTimeSkipping } from '../support/timeSkipping';

const minute = 60_000;

// An update that is lost with its server leaves the run that it started, which then has no message.
describe('a run that was started for a message that never came', () => {
  let env: TestWorkflowEnvironment;
  let platform: Platform;
  let sender: Sender;

  beforeAll(async () => {
    env = await startTimeSkipping();
    platform = await startPlatform({ address: env.address });
    sender = { taskQueue: platform.taskQueue, call: (work) => work(platform.client.workflow) };
    await activatePlan(platform, { returnWindowDays: 1, automaticRelease: true });
  });
  afterAll(async () => {
    await platform?.close();
    await env?.teardown();
  });

  type Kind = 'application' | 'order' | 'return' | 'withdrawal' | 'release' | 'payout';
  async function started(kind: Kind, id: string) {
    const key = kind === 'return' ? ([id, 'r'] as const) : id;
    return platform.client.workflow.start(kinds[kind].workflow, {
      workflowId: subjectOf(kind, key),
      args: [{ id: key }],
      taskQueue: platform.taskQueue,
    });
  }
  const statusOf = async (id: string) =>
    (await platform.client.workflow.getHandle(id).describe()).status.name;

  test.each(processKinds.filter((kind): kind is Kind => kind !== 'mail' && kind !== 'bulk'))(
    'ends after ten minutes: %s',
    async (kind) => {
      const { workflowId } = await started(kind, randomUUID());
      await env.sleep(9 * minute);
      expect(await statusOf(workflowId)).toBe('RUNNING');
      await env.sleep(2 * minute);
      expect(await statusOf(workflowId)).toBe('COMPLETED');
    },
  );

  test('goes on when its message comes within that time', async () => {
    const seller = await addDistributor(platform.pool);
    const order = payment({ attributionCode: seller.code });
    const { workflowId } = await started('order', order.externalId);
    await env.sleep(5 * minute);
    const message = { update: pay, args: [order] as [typeof order], messageId: 'pay' };
    await send(sender, { kind: 'order', id: order.externalId, resume: false, ...message });
    await env.sleep(60 * minute);
    expect(await statusOf(workflowId)).toBe('RUNNING');
    await expectSoundLedger(platform.pool);
  });

  test('is followed by a new run when its message comes later', async () => {
    const order = payment();
    const { workflowId, firstExecutionRunId } = await started('order', order.externalId);
    await env.sleep(11 * minute);
    const message = { update: pay, args: [order] as [typeof order], messageId: 'pay' };
    await send(sender, { kind: 'order', id: order.externalId, resume: false, ...message });
    const { runId, status } = await platform.client.workflow.getHandle(workflowId).describe();
    expect([status.name, runId === firstExecutionRunId]).toEqual(['RUNNING', false]);
  });

  test('goes on from its row where its message was carried out and lost', async () => {
    const order = payment();
    const { workflowId } = await started('order', order.externalId);
    await createActivities(activityContext(platform.pool)).payOrder(order, Date.now());
    await env.sleep(11 * minute);
    expect(await statusOf(workflowId)).toBe('RUNNING');
    const delivered = { type: 'delivered', at: await env.currentTimeMs(), actor: 'shop' } as const;
    const message = { update: orderEvent, args: [delivered] as [typeof delivered], messageId: 'd' };
    await send(sender, { kind: 'order', id: order.externalId, ...message });
    await env.sleep(25 * 60 * minute);
    expect(await statusOf(workflowId)).toBe('COMPLETED');
  });
});
