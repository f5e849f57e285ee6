import { runBulk } from './bulk';
import { within } from './model';
import { sendAll } from './orderSteps';
import { WITHDRAWAL_MINIMUM } from './servers';
import type { Action, Finance, WithdrawalDecision } from './story';
import { type Answer, Finding, post, read, readAll, type WithdrawalRecord, type World } from './world';

type Of<Type extends Action['type']> = Extract<Action, { type: Type }>;

/** Asks for a part of what is available. */
export async function withdraw(
  world: World,
  step: number,
  { distributor, fraction, sending }: Of<'withdraw'>,
): Promise<void> {
  const who = world.distributors[distributor]!;
  const balance = await read<{ available: { amount: number } }>(
    world.api.admin,
    step,
    `/v1/distributors/${who.id}/balance?currency=CNY`,
  );
  const available = balance?.available.amount ?? 0;
  const amount = Math.max(WITHDRAWAL_MINIMUM, Math.floor(available * fraction));
  const body = { distributorId: who.id, amount: { amount, currency: 'CNY' } };
  const request = { path: '/v1/withdrawals', body };
  const client = world.api.finance[0];
  const answers = await sendAll<{ id: string; approvalsNeeded: number }>(
    world,
    step,
    request,
    sending,
    'withdraw',
    client,
  );
  const made = new Map<string, WithdrawalRecord>();
  for (const { code, body: withdrawal, message, at } of answers) {
    const suspended =
      within(who.suspensions, at.sent) === 'yes' && within(who.suspensions, at.answered) === 'yes';
    if (code === 'ok' && suspended) throw new Finding(step, `a suspended distributor withdrew`);
    const reasons = ['insufficient_available', 'currency_unknown', 'distributor_not_active'];
    if (code !== 'ok' && !reasons.includes(code)) throw new Finding(step, `withdrawal: ${code} ${message}`);
    if (code === 'distributor_not_active' && who.suspensions.length === 0)
      throw new Finding(step, 'an active distributor may not withdraw');
    if (code !== 'ok') continue;
    const { id, approvalsNeeded } = withdrawal;
    const record = { id, distributor: who, amount, approvalsNeeded, approvedBy: new Set<number>() };
    made.set(id, { ...record, returnedBy: new Set<number>(), steps: new Set([step]) });
  }
  world.withdrawals.set(step, [...made.values()]);
}

/** Decides about a withdrawal; several decisions are sent at once. */
export async function decideWithdrawal(
  world: World,
  step: number,
  { withdrawal: made, by, decisions, sending }: Of<'decide_withdrawal'>,
): Promise<void> {
  for (const record of world.withdrawals.get(made) ?? []) {
    record.steps.add(step);
    const answers = await Promise.all(
      decisions.map(async (decision) => {
        const path = `/v1/withdrawals/${record.id}/${decision}`;
        const body = decision === 'approve' ? {} : { reason: 'as told' };
        const client = world.api.finance[by];
        const name = `${record.id}/${decision}`;
        return { decision, answers: await sendAll(world, step, { path, body }, sending, name, client) };
      }),
    );
    const noted = answers.flatMap(({ decision, answers: some }) =>
      (sending === 'same_key' ? some.slice(0, 1) : some).map((answer) => ({ decision, answer })),
    );
    // What was taken first explains why the rest was refused.
    for (const isTaken of [true, false]) {
      for (const { decision, answer } of noted)
        if ((answer.code === 'ok') === isTaken) note(record, step, by, decision, answer);
    }
  }
}

/** Holds an answer against what was decided before, and notes it. */
function note(
  record: WithdrawalRecord,
  step: number,
  by: Finance,
  decision: WithdrawalDecision,
  { code, message, at }: Answer<unknown>,
): void {
  const { approvedBy, approvalsNeeded, ended, returnedBy, distributor, id } = record;
  const isApproved = approvedBy.size >= approvalsNeeded;
  const isSuspended =
    within(distributor.suspensions, at.sent) !== 'no' ||
    within(distributor.suspensions, at.answered) !== 'no';
  const fits = {
    approve: !ended && !isApproved && !approvedBy.has(by),
    reject: !ended && !isApproved,
    cancel: !ended,
    'return-payment': !ended && isApproved && !returnedBy.has(by) && returnedBy.size < approvalsNeeded,
  }[decision];
  // A cancelation comes too late once the money is on its way, and only what was paid can come back.
  const mayFail =
    decision === 'approve' ? isSuspended : decision === 'cancel' ? isApproved : decision === 'return-payment';
  if (code === 'ok' ? !fits : fits && !mayFail) {
    const state = ended ?? `approved by ${approvedBy.size} of ${approvalsNeeded}`;
    throw new Finding(
      step,
      `withdrawal ${id}, ${state}: ${decision} by person ${by} was answered with ${code} ${message}`,
    );
  }
  if (code !== 'ok') return;
  if (decision === 'approve') approvedBy.add(by);
  else if (decision === 'return-payment') returnedBy.add(by);
  else record.ended = decision === 'reject' ? 'rejected' : 'canceled';
}

/** Decides about several withdrawals by one bulk action. */
export async function decideManyWithdrawals(
  world: World,
  step: number,
  { withdrawals, by, decision }: Of<'bulk_withdrawals'>,
): Promise<void> {
  const records = withdrawals.flatMap((made) => world.withdrawals.get(made) ?? []);
  if (records.length === 0) return;
  const input = decision === 'reject' ? { reason: 'as told' } : {};
  const ids = records.map((record) => record.id);
  const answers = await runBulk(step, world.api.finance[by], `withdrawals.${decision}`, ids, input);
  for (const [index, record] of records.entries()) {
    record.steps.add(step);
    note(record, step, by, decision, answers[index]!);
  }
}

/** Collects what is approved into a payout file. */
export async function openBatch(world: World, step: number, { sending }: Of<'batch'>): Promise<void> {
  const request = { path: '/v1/payout-batches', body: { currency: 'CNY' } };
  const answers = await sendAll<{ id: string }>(world, step, request, sending, 'batch', world.api.finance[0]);
  for (const { code, body, message } of answers) {
    if (code === 'ok') {
      if (!world.batches.some(({ id }) => id === body.id)) world.batches.push({ id: body.id });
    } else if (code !== 'nothing_to_pay') throw new Finding(step, `payout batch: ${code} ${message}`);
  }
}

/** Confirms the oldest payout file that is not confirmed, some of it failed; `both` with another result at once. */
export async function confirmBatch(
  world: World,
  step: number,
  { failing, both }: Of<'confirm'>,
): Promise<void> {
  const batch = world.batches.find((one) => !one.failed);
  if (!batch) return;
  const client = world.api.finance[1];
  const inIt = await readAll<{ id: string }>(client, `/v1/withdrawals?batchId=${batch.id}`);
  if (inIt.length === 0) throw new Finding(step, `payout batch ${batch.id} is empty`);
  await read(client, step, `/v1/payout-batches/${batch.id}/file`);
  const failed = inIt.slice(0, failing).map(({ id }) => ({ withdrawalId: id, reason: 'account closed' }));
  const results = both ? [failed, []] : [failed];
  const answers = await Promise.all(
    results.map((result, index) =>
      post(client, step, {
        path: `/v1/payout-batches/${batch.id}/confirm`,
        body: { failed: result },
        key: `step/${step}/${index}`,
      }),
    ),
  );
  const taken = answers.flatMap(({ code }, index) => (code === 'ok' ? [results[index]!] : []));
  if (taken.length !== 1) {
    const codes = answers.map((answer) => answer.code).join(', ');
    throw new Finding(step, `payout batch ${batch.id} was confirmed ${taken.length} times: ${codes}`);
  }
  batch.failed = new Set(taken[0]!.map((one) => one.withdrawalId));
}
