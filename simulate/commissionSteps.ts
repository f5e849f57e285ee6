import { runBulk } from './bulk';
import type { Moment } from './model';
import { commissionsOf, sendAll } from './orderSteps';
import type { Action } from './story';
import { Finding, post, read, type World } from './world';

type Of<Type extends Action['type']> = Extract<Action, { type: Type }>;

/** Places a hold on one commission of an order; `both` at once with lifting all of them. */
export async function hold(
  world: World,
  step: number,
  { order, nth, reason, both }: Of<'hold'>,
): Promise<void> {
  const commissions = await commissionsOf(world, step, order);
  const id = commissions[nth % commissions.length]?.id;
  if (id === undefined) return;
  const holds = world.holds.get(id) ?? [];
  world.holds.set(id, holds);
  const path = `/v1/commissions/${id}`;
  const client = world.api.compliance;
  const open = holds.filter((one) => !one.until);
  if (both) for (const one of open) one.until = underWay();
  const request = (name: string, body: object) =>
    post<unknown>(client, step, { path: `${path}/${name}`, body, key: `step/${step}/${name}` });
  const [placed, lifted] = await Promise.all([
    request('hold', { reason, note: 'to be looked at' }),
    both ? request('unhold', { note: 'looked at' }) : undefined,
  ]);
  if (placed.code === 'ok') {
    if (open.some((one) => one.reason === reason) && lifted?.code !== 'ok')
      throw new Finding(step, `commission ${id} has two open holds for ${reason}`);
  } else if (placed.code === 'already_on_hold') {
    if (!open.some((one) => one.reason === reason))
      throw new Finding(step, `commission ${id} is said to be on hold for ${reason}, and is not`);
  } else if (placed.code !== 'commission_settled' && placed.code !== 'commission_not_accrued')
    throw new Finding(step, `hold of commission ${id}: ${placed.code} ${placed.message}`);
  for (const one of both ? open : []) {
    if (lifted?.code === 'ok') one.until = lifted.at;
    else
      throw new Finding(step, `commission ${id} is on hold, and lifting was answered with ${lifted?.code}`);
  }
  if (placed.code !== 'ok') return;
  // Which of the two came first only the system can tell.
  const isLifted = lifted?.code === 'ok' && !(await openHolds(world, step, id)).includes(reason);
  holds.push({ reason, from: placed.at, ...(isLifted && { until: lifted.at }) });
}

/** Of what is asked for and not answered yet. */
const underWay = (): Moment => ({ sent: Date.now(), answered: Number.POSITIVE_INFINITY });

/** Lifts all holds of one commission of an order. */
export async function unhold(world: World, step: number, { order, nth }: Of<'unhold'>): Promise<void> {
  const commissions = await commissionsOf(world, step, order);
  const id = commissions[nth % commissions.length]?.id;
  if (id === undefined) return;
  const open = (world.holds.get(id) ?? []).filter((one) => !one.until);
  for (const one of open) one.until = underWay();
  const answer = await post<{ lifted: string[] }>(world.api.compliance, step, {
    path: `/v1/commissions/${id}/unhold`,
    body: { note: 'looked at' },
    key: `step/${step}`,
  });
  const lifted = answer.code === 'ok' ? answer.body.lifted : [];
  const expected = open.map((one) => one.reason).sort();
  if (lifted.join() !== expected.join())
    throw new Finding(
      step,
      `commission ${id}: lifted ${lifted.join() || answer.code}, on hold for ${expected.join() || 'nothing'}`,
    );
  for (const one of open) one.until = answer.at;
}

async function openHolds(world: World, step: number, id: string): Promise<string[]> {
  const explained = await read<{ holds: { reason: string; liftedAt: string | null }[] }>(
    world.api.admin,
    step,
    `/v1/commissions/${id}/explain`,
  );
  return explained!.holds.filter((one) => one.liftedAt === null).map((one) => one.reason);
}

/** Suspends or reinstates a distributor, by a call or a bulk action. */
export async function setActive(
  world: World,
  step: number,
  { type, distributor, sending, bulk }: Of<'suspend' | 'reinstate'>,
): Promise<void> {
  const who = world.distributors[distributor]!;
  const body = { reason: 'as told' };
  const wasSuspended = who.suspensions.some((period) => !period.until);
  // Noted before it is asked for: what others are answered meanwhile may depend on it.
  const at = underWay();
  if (type === 'suspend' && !wasSuspended) who.suspensions.push({ from: at });
  if (type === 'reinstate' && wasSuspended) who.suspensions.at(-1)!.until = at;
  const answers = bulk
    ? await runBulk(step, world.api.compliance, `distributors.${type}`, [who.id], body)
    : await sendAll(
        world,
        step,
        { path: `/v1/distributors/${who.id}/${type}`, body },
        sending,
        type,
        world.api.compliance,
      );
  const taken = answers.filter((answer) => answer.code === 'ok');
  const expected = (type === 'suspend') === wasSuspended ? 0 : sending === 'same_key' && !bulk ? 2 : 1;
  if (
    taken.length !== expected ||
    answers.some(({ code }) => code !== 'ok' && code !== 'distributor_state')
  ) {
    const codes = answers.map((answer) => answer.code).join(', ');
    throw new Finding(
      step,
      `${type} of a distributor who is ${wasSuspended ? 'suspended' : 'active'}: ${codes}`,
    );
  }
  at.answered = Math.max(...answers.map((answer) => answer.at.answered));
}

interface RunBody {
  id: string;
  approvalsNeeded: number;
}

/** Proposes a release run of all that is due, or all that is due of one distributor. */
export async function propose(
  world: World,
  step: number,
  { by, distributor, sending }: Of<'propose'>,
): Promise<void> {
  const body = {
    dueBefore: new Date(Date.now() + 1000).toISOString(),
    ...(distributor !== null && { distributorId: world.distributors[distributor]!.id }),
  };
  const request = { path: '/v1/commission-releases', body };
  const answers = await sendAll<RunBody>(world, step, request, sending, 'propose', world.api.finance[by]);
  const runs = new Map<string, RunBody>();
  for (const { code, body: run, message } of answers) {
    if (code === 'ok') runs.set(run.id, run);
    else if (code !== 'nothing_to_release') throw new Finding(step, `release run: ${code} ${message}`);
  }
  const records = [...runs.values()].map((run) => ({ ...run, proposer: by, steps: new Set([step]) }));
  world.runs.set(step, records);
}

/** Approves or rejects a release run, or both at once. */
export async function decideRun(
  world: World,
  step: number,
  { run: made, by, decision }: Of<'decide_run'>,
): Promise<void> {
  for (const run of world.runs.get(made) ?? []) {
    run.steps.add(step);
    const wanted = decision === 'both' ? (['approve', 'reject'] as const) : [decision];
    const client = world.api.finance[by];
    const answers = await Promise.all(
      wanted.map(async (one) => ({
        one,
        ...(await post(client, step, {
          path: `/v1/commission-releases/${run.id}/${one}`,
          body: one === 'reject' ? { reason: 'not yet' } : {},
          key: `step/${step}/${run.id}/${one}`,
        })),
      })),
    );
    const mayApprove = run.approvalsNeeded < 2 || run.proposer !== by;
    const possible = run.decision ? [] : wanted.filter((one) => one === 'reject' || mayApprove);
    const taken = answers.filter((answer) => answer.code === 'ok');
    if (taken.length !== Math.min(1, possible.length) || taken.some(({ one }) => !possible.includes(one))) {
      const codes = answers.map(({ one, code }) => `${one} ${code}`).join(', ');
      throw new Finding(step, `release run ${run.id}, ${run.decision ?? 'proposed'}: ${codes}`);
    }
    if (taken[0]) run.decision = taken[0].one === 'approve' ? 'approved' : 'rejected';
  }
}
