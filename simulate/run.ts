import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { recover } from '../cli/recover';
import { createPool } from '../database/pool';
import { apply, decideApplication } from './applicationSteps';
import { auditAll, lookAt, type Problem, verifyLedger } from './audit';
import { decideRun, hold, propose, setActive, unhold } from './commissionSteps';
import { contradict, makeMistake, recordOf, sendMessages } from './orderSteps';
import { confirmBatch, decideManyWithdrawals, decideWithdrawal, openBatch, withdraw } from './payoutSteps';
import { startServers } from './servers';
import { addPlan, DISTRIBUTORS, LONGEST_WINDOW_MS, setUp } from './setup';
import { type Action, beginStory, type Part } from './story';
import { createTurns, Finding, type World } from './world';

export interface SimulationOptions {
  seed: number;
  /** The last step. */
  steps: number;
  /** No step is begun after so long, in milliseconds. @default no limit */
  withinMs?: number;
  kills: boolean;
  /** How long nothing may get better after the last step, in milliseconds, before it is taken as found. */
  patienceMs: number;
  log?: (line: string) => void;
}

export interface SimulationReport {
  seed: number;
  /** Steps that were taken. */
  steps: number;
  /** What was found; empty where all is as the model says. */
  problems: Problem[];
  counts: Record<string, number>;
  kills: Record<Part, number>;
  /** Seconds of the story, and until the end of all that it began. */
  seconds: { story: number; settling: number };
  workflows: number;
  transfers: number;
  /** Where rows and workflows disagreed at the end, until they were compared. */
  mended: string[];
  endedAlone: string[];
  /** Logs and databases, kept where something was found. */
  folder: string | undefined;
}

/** Steps under way at once. */
const LANES = 6;

/** Plays the story of a seed on servers of its own, and compares what came out with the model. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { seed, kills, log = () => {} } = options;
  const servers = await startServers(seed);
  let isSound = false;
  try {
    const world = await setUp(servers);
    const counts: Record<string, number> = {};
    const killed: Record<Part, number> = { worker: 0, api: 0, temporal: 0, postgres: 0 };
    const begun = Date.now();
    const { steps, finding } = await play(world, options, (action) => {
      counts[action.type] = (counts[action.type] ?? 0) + 1;
      if (action.type === 'kill') killed[action.part]++;
    });
    const ended = Date.now();
    log(`${steps} steps in ${Math.round((ended - begun) / 1000)} s`);
    const settled = finding
      ? { problems: [finding], ...{ workflows: 0, transfers: 0, mended: [] } }
      : await settle(world, options);
    isSound = settled.problems.length === 0;
    return {
      ...{ seed, steps, counts, kills: killed, ...settled, endedAlone: servers.endedAlone },
      seconds: { story: (ended - begun) / 1000, settling: (Date.now() - ended) / 1000 },
      folder: isSound ? undefined : servers.folder,
    };
  } finally {
    await servers.stop(!isSound);
  }

  /** Takes the steps, several at once. */
  async function play(
    world: World,
    { steps, withinMs = Number.POSITIVE_INFINITY }: SimulationOptions,
    onAction: (action: Action) => void,
  ): Promise<{ steps: number; finding: Problem | undefined }> {
    const story = beginStory(seed, { distributors: DISTRIBUTORS, windowMs: LONGEST_WINDOW_MS, kills });
    const turns = createTurns();
    const underWay = new Set<Promise<void>>();
    const until = Date.now() + withinMs;
    let finding: Problem | undefined;
    let step = 0;
    while (step < steps && !finding && Date.now() < until) {
      step++;
      const action = story(step);
      onAction(action);
      if (step % 500 === 0) log(`step ${step}`);
      const own = step;
      const work = turns(thingsOf(action, own), () => take(world, own, action)).catch((error: unknown) => {
        if (finding && finding.steps[0]! <= own) return;
        const text = error instanceof Finding ? error.message : String((error as Error).stack);
        finding = { about: `step ${own}, ${action.type}`, text, steps: [own] };
      });
      const entry = work.finally(() => underWay.delete(entry));
      underWay.add(entry);
      while (underWay.size >= LANES) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    return { steps: step, finding };
  }
}

/** What a step has to do with: of two steps with the same thing, the second one waits. */
function thingsOf(action: Action, step: number): string[] {
  switch (action.type) {
    case 'order':
    case 'contradiction':
    case 'mistake':
    case 'look':
      return [`order/${action.order.id}`];
    case 'hold':
    case 'unhold':
      return [`holds of ${action.order.id}`];
    case 'suspend':
    case 'reinstate':
      return [`distributor/${action.distributor}`];
    case 'propose':
      return [`run/${step}`];
    case 'decide_run':
      return [`run/${action.run}`];
    case 'withdraw':
      return [`withdrawal/${step}`];
    case 'decide_withdrawal':
      return [`withdrawal/${action.withdrawal}`];
    case 'bulk_withdrawals':
      return action.withdrawals.map((made) => `withdrawal/${made}`);
    case 'batch':
    case 'confirm':
      return ['batches'];
    case 'apply':
      return [`application/${step}`];
    case 'decide_application':
      return [`application/${action.application}`];
    case 'plan':
      return ['plans'];
    case 'kill':
    case 'switch_payout':
      return ['servers'];
    case 'verify':
      return [];
  }
}

async function take(world: World, step: number, action: Action): Promise<void> {
  switch (action.type) {
    case 'order':
      return sendMessages(world, step, action);
    case 'contradiction':
      return contradict(world, step, action);
    case 'mistake':
      return makeMistake(world, step, action);
    case 'hold':
      return hold(world, step, action);
    case 'unhold':
      return unhold(world, step, action);
    case 'suspend':
    case 'reinstate':
      return setActive(world, step, action);
    case 'propose':
      return propose(world, step, action);
    case 'decide_run':
      return decideRun(world, step, action);
    case 'withdraw':
      return withdraw(world, step, action);
    case 'decide_withdrawal':
      return decideWithdrawal(world, step, action);
    case 'bulk_withdrawals':
      return decideManyWithdrawals(world, step, action);
    case 'batch':
      return openBatch(world, step, action);
    case 'confirm':
      return confirmBatch(world, step, action);
    case 'apply':
      return apply(world, step, action);
    case 'decide_application':
      return decideApplication(world, step, action);
    case 'plan':
      return addPlan(world, action.variant);
    case 'look':
      return refuteAll(step, await lookAt(world, step, recordOf(world, action.order)), action.order.id);
    case 'verify':
      return refuteAll(step, await verifyLedger(world, step), 'ledger');
    case 'kill': {
      world.servers.kill(action.part);
      await delay(action.downMs);
      return world.servers.start(action.part);
    }
    case 'switch_payout':
      return world.servers.switchPayout();
  }
}

function refuteAll(step: number, problems: string[], about: string): void {
  if (problems.length > 0) throw new Finding(step, `${about} ${problems.join('; ')}`);
}

/** Waits until all that was begun has come to its end, and says what has not. */
async function settle(
  world: World,
  { patienceMs, log = () => {} }: SimulationOptions,
): Promise<Pick<SimulationReport, 'problems' | 'workflows' | 'transfers' | 'mended'>> {
  const { temporalAddress, databaseUrl, taskQueue } = world.servers;
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  const pool = createPool(databaseUrl, 4, () => {});
  const mended: string[] = [];
  const disagreements = async (mend: boolean) => {
    const texts: string[] = [];
    const onFound = (found: { disagreement: string; subject: string }[]) =>
      void texts.push(...found.map(({ disagreement, subject }) => `${subject} is ${disagreement}`));
    await recover({ pool, client, taskQueue }, { mend, onFound });
    return texts;
  };
  try {
    const audit = () =>
      auditAll(world, client).catch((error: Error): Problem[] => [
        { about: 'the audit', text: error.message, steps: [] },
      ]);
    await delay(LONGEST_WINDOW_MS + 1000);
    let problems = await audit();
    let better = Date.now();
    for (let looks = 1; problems.length > 0 && Date.now() - better < patienceMs; looks++) {
      await delay(2000);
      // What its schedule does every five minutes, sooner.
      if (looks % 8 === 0) {
        log(`still ${problems.length} problems, such as ${problems[0]!.about} ${problems[0]!.text}`);
        mended.push(...(await disagreements(true)));
      }
      const before = problems.length;
      problems = await audit();
      if (problems.length !== before) better = Date.now();
    }
    if (problems.length === 0) {
      const found = await disagreements(false);
      problems = found.map((text) => ({ about: 'recover', text, steps: [] }));
    }
    const { count } = await client.workflow.count();
    const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM transfers');
    return { problems, workflows: Number(count), transfers: rows[0]!.count, mended };
  } finally {
    await Promise.all([pool.end(), connection.close()]);
  }
}
