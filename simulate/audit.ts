import type { Client } from '@temporalio/client';
import { compareOrder, type OrderView } from './compareOrder';
import { expectBalance, expectWithdrawal } from './model';
import { pathOf } from './orderSteps';
import { type OrderRecord, read, readAll, type World } from './world';

/** Something that is not as the model says. */
export interface Problem {
  about: string;
  text: string;
  /** Steps that had to do with it. */
  steps: number[];
}

/** Looks at one order in the middle of the story. */
export async function lookAt(world: World, step: number, record: OrderRecord): Promise<string[]> {
  const order = await read<OrderView>(world.api.admin, step, pathOf(record.story));
  return compareOrder(world, record, order, { settled: false });
}

/** Whether the books agree with themselves. */
export async function verifyLedger(world: World, step: number): Promise<string[]> {
  const report = await read<{ ok: boolean; mismatches: object[] }>(
    world.api.admin,
    step,
    '/v1/ledger/verify',
  );
  return report!.ok ? [] : report!.mismatches.map((mismatch) => JSON.stringify(mismatch));
}

/** Compares all there is with the model, when nothing is under way any more. */
export async function auditAll(world: World, client: Client): Promise<Problem[]> {
  const { admin } = world.api;
  const problems: Problem[] = [];
  const add = (about: string, steps: Iterable<number>, texts: Iterable<string>) => {
    for (const text of texts) problems.push({ about, text, steps: [...steps] });
  };
  const open = new Set<string>();

  const released = await releasedByRuns(world, add, open);
  const commissions = new Map<string, { state: string; amount: number }[]>();
  const records = [...world.orders.values()];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let record = records.pop(); record; record = records.pop()) {
        const { story, steps } = record;
        const order = await read<OrderView>(admin, 0, pathOf(story));
        add(`order ${story.id}`, steps, compareOrder(world, record, order, { settled: true, released }));
        for (const { distributorId, state, amount } of order?.commissions ?? []) {
          const some = commissions.get(distributorId) ?? [];
          commissions.set(distributorId, some);
          some.push({ state, amount: amount.amount });
        }
        if (order?.state === 'open') open.add(`order/${story.id}`);
        for (const { id, state } of order?.state === 'closed' ? order.returns : [])
          if (state === 'requested') open.add(`return/${story.id}/${id}`);
      }
    }),
  );

  await compareWithdrawals(world, commissions, add, open);
  await compareApplications(world, add, open);
  await compareCredentials(world, add, open);
  add('ledger', [], await verifyLedger(world, 0));
  add(
    'mails',
    [],
    (await readAll<{ key: string; state: string }>(admin, '/v1/mails?state=pending')).map(
      ({ key }) => `${key} is pending`,
    ),
  );
  add(
    'mails',
    [],
    (await readAll<{ key: string }>(admin, '/v1/mails?state=undeliverable')).map(
      ({ key }) => `${key} is undeliverable`,
    ),
  );
  const stuck = await read<{ items: { kind: string; subject: string }[] }>(admin, 0, '/v1/stuck-work');
  add(
    'stuck work',
    [],
    stuck!.items.map(({ kind, subject }) => `${kind}: ${subject}`),
  );
  await compareWorkflows(client, open, add);
  return problems;
}

type Add = (about: string, steps: Iterable<number>, texts: Iterable<string>) => void;

/** What release runs say to have released, each commission by one run only. */
async function releasedByRuns(world: World, add: Add, open: Set<string>): Promise<Set<string>> {
  const { admin } = world.api;
  const released = new Set<string>();
  const known = new Map([...world.runs.values()].flat().map((run) => [run.id, run]));
  const runs = await readAll<{ id: string; state: string; proposedBy: string }>(
    admin,
    '/v1/commission-releases',
  );
  for (const { id, state, proposedBy } of runs) {
    const record = known.get(id);
    known.delete(id);
    const expected = record
      ? { approved: 'done', rejected: 'rejected', none: 'proposed' }[record.decision ?? 'none']
      : 'done';
    if (!record && proposedBy !== 'system') add(`release run ${id}`, [], ['was made by nobody']);
    if (state !== expected) add(`release run ${id}`, record?.steps ?? [], [`is ${state}, not ${expected}`]);
    if (state === 'proposed') open.add(`release/${id}`);
    const items = await readAll<{ commissionId: string; state: string }>(
      admin,
      `/v1/commission-releases/${id}/items`,
    );
    for (const { commissionId, state: of } of items) {
      if (of === 'released' && released.has(commissionId))
        add(`commission ${commissionId}`, record?.steps ?? [], ['was released by two runs']);
      if (of === 'released') released.add(commissionId);
      if (of === 'pending' && state !== 'proposed')
        add(`release run ${id}`, record?.steps ?? [], ['has items that wait']);
    }
  }
  for (const { id, steps } of known.values()) add(`release run ${id}`, steps, ['is not there']);
  return released;
}

/** Withdrawals and payout files against what was decided and what the bank did, and the balances that follow. */
async function compareWithdrawals(
  world: World,
  commissions: Map<string, { state: string; amount: number }[]>,
  add: Add,
  open: Set<string>,
): Promise<void> {
  const { admin } = world.api;
  const { payments } = world.servers.provider;
  interface View {
    id: string;
    distributorId: string;
    state: string;
    method: string;
    batchId: string | null;
    amount: { amount: number };
  }
  const views = await readAll<View>(admin, '/v1/withdrawals');
  const records = new Map([...world.withdrawals.values()].flat().map((record) => [record.id, record]));
  for (const view of views) {
    const record = records.get(view.id);
    records.delete(view.id);
    const about = `withdrawal ${view.id}`;
    if (!record) {
      add(about, [], ['was asked for by nobody']);
      continue;
    }
    const batch = world.batches.find(({ id }) => id === view.batchId);
    const payment = payments.get(view.id);
    const isHttp = view.method === 'http';
    const byFile = !batch
      ? 'unknown'
      : !batch.failed
        ? 'open'
        : batch.failed.has(view.id)
          ? 'failed'
          : 'paid';
    const bank = isHttp ? (payment?.outcome ?? 'unknown') : byFile;
    // One that was found suspended is looked at again after pauses that grow, so it may still wait.
    const isBlocked = !isHttp || record.distributor.suspensions.length > 0;
    const expected = expectWithdrawal(record, bank, isBlocked);
    const problems = [
      ...(expected.has(view.state) ? [] : [`is ${view.state}, not ${[...expected].join(' or ')}`]),
      ...(view.amount.amount === record.amount ? [] : [`is of ${view.amount.amount}, not ${record.amount}`]),
      ...(payment && payment.instructed > 1 ? [`was sent to the provider ${payment.instructed} times`] : []),
      ...(payment && record.ended ? [`is ${record.ended}, and the provider was told to pay`] : []),
    ];
    add(about, record.steps, problems);
    if (view.state === 'requested' || (isHttp && ['approved', 'paying'].includes(view.state)))
      open.add(`withdrawal/${view.id}`);
  }
  for (const { id, steps } of records.values()) add(`withdrawal ${id}`, steps, ['is not there']);
  const batches = await readAll<{ id: string; state: string }>(admin, '/v1/payout-batches');
  for (const { id, state } of batches) {
    const record = world.batches.find((one) => one.id === id);
    const expected = record?.failed ? 'settled' : 'open';
    if (state !== expected) add(`payout batch ${id}`, [], [`is ${state}, not ${expected}`]);
    if (state === 'open') open.add(`payout/${id}`);
  }
  interface Balance {
    distributorId: string;
    held: { amount: number };
    available: { amount: number };
    reserved: { amount: number };
    debt: { amount: number };
  }
  const balances = await readAll<Balance>(admin, '/v1/balances?currency=CNY');
  for (const { id } of world.distributors) {
    const balance = balances.find((one) => one.distributorId === id);
    const own = views.filter((view) => view.distributorId === id);
    const expected = expectBalance(
      commissions.get(id) ?? [],
      own.map(({ state, amount }) => ({ state, amount: amount.amount })),
    );
    const accounts = ['held', 'available', 'reserved', 'debt'] as const;
    const problems = accounts.flatMap((account) => {
      const actual = balance?.[account].amount ?? 0;
      return actual === expected[account] ? [] : [`${account} is ${actual}, not ${expected[account]}`];
    });
    add(`balance of distributor ${id}`, [], problems);
  }
}

async function compareApplications(world: World, add: Add, open: Set<string>): Promise<void> {
  for (const { id, state, deadline, steps } of world.applications.values()) {
    const view = await read<{ state: string; distributorId: string | null }>(
      world.api.admin,
      0,
      `/v1/applications/${id}`,
    );
    const isOverdue = state === 'changes_requested' && Date.now() > deadline!;
    const expected = isOverdue ? 'withdrawn' : state;
    const problems = [
      ...(view?.state === expected ? [] : [`is ${view?.state}, not ${expected}`]),
      ...((view?.distributorId !== null) === (expected === 'approved') ? [] : ['has the wrong distributor']),
    ];
    add(`application ${id}`, steps, problems);
    if (expected === 'in_review' || expected === 'changes_requested') open.add(`application/${id}`);
  }
}

/** Each distributor has the identity card that they handed in, which is looked after as long as they are one. */
async function compareCredentials(world: World, add: Add, open: Set<string>): Promise<void> {
  const approved = [...world.applications.values()].filter(({ state }) => state === 'approved');
  const credentials = await readAll<{ id: string; type: string }>(world.api.admin, '/v1/credentials');
  const expected = world.distributors.length + approved.length;
  if (credentials.length !== expected) add('credentials', [], [`are ${credentials.length}, not ${expected}`]);
  for (const { id } of credentials) open.add(`credential/${id}`);
}

/** Every open thing has its workflow, and no other is open. */
async function compareWorkflows(client: Client, open: Set<string>, add: Add): Promise<void> {
  const running = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    if (!/^(reconcile|housekeeping|temporal-sys)/.test(workflowId)) running.add(workflowId);
  }
  add(
    'workflows',
    [],
    [...open].filter((id) => !running.has(id)).map((id) => `${id} has none`),
  );
  add(
    'workflows',
    [],
    [...running].filter((id) => !open.has(id)).map((id) => `${id} is open and should not be`),
  );
}
