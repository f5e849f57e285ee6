import { WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from '../database/pool';
import { type OpenProcess, openProcesses, overdueProcesses, rowStates } from '../database/recovery';
import { kinds, type ProcessKind, processKinds, subjectOf } from '../domain/kinds';
import { paid } from '../workflows/order';
import { lookAgain } from '../workflows/shared/process';
import { type Sender, signal, start } from './messages';

/**
 * How a row and its workflow disagree. `missing`: an open row without a workflow. `needless`: an open workflow whose
 * row is over. `overdue`: what should have happened automatically did not. `ahead`: the workflow knows more than the row,
 * as after a restore of PostgreSQL from an older copy.
 */
export type Disagreement = 'missing' | 'needless' | 'overdue' | 'ahead';

/** A subject whose row and workflow disagree. */
export interface Found {
  disagreement: Disagreement;
  kind: ProcessKind;
  subject: string;
}

interface Reconciler {
  pool: Pool;
  sender: Sender;
}

const inFlight = 20;
const pageSize = 500;

/** Whether a workflow ends only after its money has moved on: an open row beside an ended one is of an older copy. */
const endsOnlyWhenOver: Record<ProcessKind, boolean> = {
  account_change: false,
  application: false,
  credential: false,
  order: false,
  return: false,
  withdrawal: true,
  release: true,
  payout: true,
  mail: false,
  bulk: false,
};

/**
 * Compares all open rows with all open workflows, in lists and page by page: no workflow is asked by itself.
 * @param options.mend starts missing workflows and has the needless and the overdue look at their rows; what is ahead
 *   is never changed
 * @param options.onOpen called for each open row, and whether a workflow was started for it
 * @returns what disagrees, page by page
 */
export async function* reconcileAll(
  { pool, sender }: Reconciler,
  { mend, onOpen = () => {} }: { mend: boolean; onOpen?: (open: OpenProcess, started: boolean) => void },
): AsyncGenerator<Found[]> {
  const running = new Map<ProcessKind, Set<string>>();
  for (const kind of processKinds) {
    const ids = new Set<string>();
    running.set(kind, ids);
    for await (const page of runningPages(sender, kind)) {
      for (const { workflowId } of page) ids.add(workflowId);
      const found = await withoutOpenRow(pool, kind, page);
      if (mend) {
        await each(found, async ({ disagreement, subject }) => {
          if (disagreement === 'needless') await askToLook(sender, subject);
        });
      }
      yield found;
    }
  }
  for await (const page of openProcesses(pool)) {
    const missing = page.filter(({ kind, id }) => !running.get(kind)!.has(subjectOf(kind, id)));
    const over = await completedOf(
      sender,
      missing.filter(({ kind }) => endsOnlyWhenOver[kind]).map(({ kind, id }) => subjectOf(kind, id)),
    );
    const found: Found[] = [];
    await each(page, async (open) => {
      const { kind, id } = open;
      const subject = subjectOf(kind, id);
      const isMissing = missing.includes(open);
      const isAhead = over.has(subject);
      const started = mend && isMissing && !isAhead && (await startOne(sender, open));
      // What was found running when it was to be started began in between.
      if (isAhead) found.push({ disagreement: 'ahead', kind, subject });
      else if (started || (isMissing && !mend)) found.push({ disagreement: 'missing', kind, subject });
      onOpen(open, started);
    });
    yield found;
  }
  for await (const page of overdueProcesses(pool)) {
    const found = page.map(({ kind, id }): Found => {
      return { disagreement: 'overdue', kind, subject: subjectOf(kind, id) };
    });
    if (mend) await each(found, ({ subject }) => askToLook(sender, subject));
    yield found;
  }
}

interface Running {
  workflowId: string;
  startTime: Date;
}

async function* runningPages({ call }: Sender, kind: ProcessKind): AsyncGenerator<Running[]> {
  const query = `WorkflowType = '${kinds[kind].workflow}' AND ExecutionStatus = 'Running'`;
  let page: Running[] = [];
  for await (const { workflowId, startTime } of await call(async (client) =>
    client.list({ query, pageSize }),
  )) {
    page.push({ workflowId, startTime });
    if (page.length === pageSize) {
      yield page;
      page = [];
    }
  }
  if (page.length) yield page;
}

// A run without a row ends by itself after ten minutes.
const withoutMessageMs = 15 * 60_000;

/** Of these workflows, those whose row is over, and those that have none and so know more than PostgreSQL. */
async function withoutOpenRow(pool: Pool, kind: ProcessKind, page: Running[]): Promise<Found[]> {
  const subjects = page.map(({ workflowId }) => workflowId);
  const states = await rowStates(pool, kind, subjects);
  return page.flatMap(({ workflowId: subject, startTime }): Found[] => {
    const state = states.get(subject);
    if (state === 'over') return [{ disagreement: 'needless', kind, subject }];
    const isAhead = state === undefined && Date.now() - startTime.getTime() > withoutMessageMs;
    return isAhead ? [{ disagreement: 'ahead', kind, subject }] : [];
  });
}

async function completedOf({ call }: Sender, subjects: string[]): Promise<Set<string>> {
  const completed = new Set<string>();
  for (let from = 0; from < subjects.length; from += 50) {
    const ids = subjects.slice(from, from + 50).map((subject) => `'${subject}'`);
    const query = `WorkflowId IN (${ids.join(', ')}) AND ExecutionStatus = 'Completed'`;
    for await (const { workflowId } of await call(async (client) => client.list({ query })))
      completed.add(workflowId);
  }
  return completed;
}

async function askToLook({ call }: Sender, subject: string): Promise<void> {
  try {
    await call((client) => client.getHandle(subject).signal(lookAgain));
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function startOne(sender: Sender, open: OpenProcess): Promise<boolean> {
  if (open.kind !== 'order' || !open.payment) return start(sender, open);
  await signal(sender, { kind: 'order', id: open.id, resume: false, signal: paid, args: [open.payment] });
  return true;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const next = async () => {
    for (let item = left.pop(); item; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: inFlight }, next));
}
