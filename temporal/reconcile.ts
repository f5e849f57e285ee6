import { WorkflowNotFoundError } from '@temporalio/client';
import { automaticProcesses } from '../database/automatic';
import {
  type Disagreement,
  type Finding,
  forgetFindings,
  knownAhead,
  noteFindings,
} from '../database/findings';
import type { Pool } from '../database/pool';
import { type OpenProcess, openProcesses, rowStates } from '../database/recovery';
import { kinds, type ProcessKind, processKinds, subjectOf } from '../domain/kinds';
import { paid } from '../workflows/order';
import { lookAgain } from '../workflows/shared/process';
import { type ArgsOf, type Sender, signal, start } from './messages';

interface Reconciler {
  pool: Pool;
  sender: Sender;
}

/** What a comparison may change. */
interface Mending {
  /** When the comparison began. */
  at: Date;
  /**
   * Whether a person asked for it, as after a restore of Temporal. Then all that is due automatically is asked to look at
   * its row, also what is not due yet; and what was ahead is started from its row when Temporal does not know it any more.
   */
  byPerson: boolean;
}

/** A part of a comparison: rows that were compared, and what disagreed. */
export interface Compared {
  kind: ProcessKind;
  /** How many open rows were compared, and for how many of them a workflow was started. */
  rows: number;
  started: number;
  found: Finding[];
}

const inFlight = 20;
// The most that Temporal answers with, and more than a page of rows: one call lists what belongs to it.
const pageSize = 1000;

/**
 * Compares all open rows with all open workflows: two lists of ids, each read in order and page by page. So its memory
 * does not grow with them, and no workflow that is in both lists is asked.
 * @param mending what may be changed: missing workflows are started, and the needless and the overdue are asked to look
 *   at their rows; what is ahead is never changed. What was found is noted. Null: nothing is changed or noted
 */
export async function* reconcileAll(
  reconciler: Reconciler,
  mending: Mending | null,
): AsyncGenerator<Compared> {
  for await (const part of compareAll(reconciler, mending)) {
    if (mending) await noteFindings(reconciler.pool, part.found, mending.at);
    yield part;
  }
  if (mending) await forgetFindings(reconciler.pool, mending.at);
}

async function* compareAll(reconciler: Reconciler, mending: Mending | null): AsyncGenerator<Compared> {
  // First, since a workflow that is started reads its row.
  yield* overdue(reconciler, mending);
  for (const kind of processKinds) yield* compareKind(reconciler, kind, mending);
}

async function* overdue({ pool, sender }: Reconciler, mending: Mending | null): AsyncGenerator<Compared> {
  for await (const page of automaticProcesses(pool, 'overdue')) {
    const found: Finding[] = [];
    await each(page, async ({ kind, id, progress }) => {
      const subject = subjectOf(kind, id);
      // Without a workflow it is missing.
      if (!mending || (await askToLook(sender, subject)))
        found.push({ disagreement: 'overdue', subject, progress });
    });
    yield { kind: page[0]!.kind, rows: 0, started: 0, found };
  }
  if (!mending?.byPerson) return;
  for await (const page of automaticProcesses(pool, 'all')) {
    await each(page, ({ kind, id }) => askToLook(sender, subjectOf(kind, id)));
  }
}

async function* compareKind(
  reconciler: Reconciler,
  kind: ProcessKind,
  mending: Mending | null,
): AsyncGenerator<Compared> {
  const { pool, sender } = reconciler;
  for await (const { rows, after, last } of ranges(pool, kind)) {
    const alone = new Map(rows.map((row) => [subjectOf(kind, row.id), row]));
    for await (const page of runningPages(sender, kind, after, last)) {
      const others = page.filter(({ workflowId }) => !alone.delete(workflowId));
      const found = await withoutOpenRow(pool, kind, others);
      if (mending) await each(found.filter(isOf('needless')), ({ subject }) => askToLook(sender, subject));
      if (found.length) yield { kind, rows: 0, started: 0, found };
    }
    yield { kind, rows: rows.length, ...(await withoutWorkflow(reconciler, kind, alone, mending)) };
  }
}

const isOf =
  (wanted: Disagreement) =>
  ({ disagreement }: Finding) =>
    disagreement === wanted;

interface Range {
  rows: OpenProcess[];
  /** The subject before the range, and its last one. Absent at the beginning and at the end. */
  after?: string;
  last?: string;
}

/**
 * The open rows of a kind in ranges that together cover all subjects: each begins where the one before ends. So no workflow
 * is left out where Temporal's database sorts differently; some are then in another range than their rows.
 */
async function* ranges(pool: Pool, kind: ProcessKind): AsyncGenerator<Range> {
  let after: string | undefined;
  for await (const rows of openProcesses(pool, kind)) {
    const last = subjectOf(kind, rows.at(-1)!.id);
    yield { rows, after, last };
    after = last;
  }
  yield { rows: [], after };
}

interface Running {
  workflowId: string;
  startTime: Date;
}

/** The open workflows of a kind in a range. Temporal sorts its lists by time only, so the order is that of the ranges. */
async function* runningPages(
  { call }: Sender,
  kind: ProcessKind,
  after?: string,
  last?: string,
): AsyncGenerator<Running[]> {
  const conditions = [`WorkflowType = '${kinds[kind].workflow}'`, `ExecutionStatus = 'Running'`];
  if (after !== undefined) conditions.push(`WorkflowId > ${quoted(after)}`);
  if (last !== undefined) conditions.push(`WorkflowId <= ${quoted(last)}`);
  const query = conditions.join(' AND ');
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

// Temporal's SQL stores compare `"` and `\` as if they were escaped. What is then missed in its range is asked for.
const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;

// A run without a row ends by itself after ten minutes.
const withoutMessageMs = 15 * 60_000;

/** Of these workflows, those whose row is over, and those that have none and so know more than PostgreSQL. */
async function withoutOpenRow(pool: Pool, kind: ProcessKind, running: Running[]): Promise<Finding[]> {
  const states = await rowStates(
    pool,
    kind,
    running.map(({ workflowId }) => workflowId),
  );
  return running.flatMap(({ workflowId: subject, startTime }): Finding[] => {
    const state = states.get(subject);
    if (state === 'over') return [{ disagreement: 'needless', subject }];
    const isAhead = state === undefined && Date.now() - startTime.getTime() > withoutMessageMs;
    return isAhead ? [{ disagreement: 'ahead', subject }] : [];
  });
}

/** Of open rows that no listed workflow belongs to, those that have none, and those whose workflow has completed. */
async function withoutWorkflow(
  { pool, sender }: Reconciler,
  kind: ProcessKind,
  alone: Map<string, OpenProcess>,
  mending: Mending | null,
): Promise<{ started: number; found: Finding[] }> {
  const found: Finding[] = [];
  let started = 0;
  if (!alone.size) return { started, found };
  const completed = new Set<string>();
  // The list and the page of rows may be out of date.
  await each([...alone], async ([subject, { since }]) => {
    const run = await latestRun(sender, subject);
    if (run?.status === 'RUNNING') alone.delete(subject);
    else if (run?.status === 'COMPLETED' && run.closeTime! > since) completed.add(subject);
  });
  const subjects = [...alone.keys()];
  const states = await rowStates(pool, kind, subjects);
  // A closed workflow is deleted after its retention period, but its row still lacks what it knew.
  const ahead = mending?.byPerson ? new Set<string>() : await knownAhead(pool, subjects);
  await each([...alone], async ([subject, open]) => {
    if (states.get(subject) !== 'open') return;
    if (completed.has(subject) || ahead.has(subject)) {
      found.push({ disagreement: 'ahead', subject });
      return;
    }
    // What was found running when it was to be started began in between.
    if (mending && !(await startOne(sender, open))) return;
    if (mending) started++;
    found.push({ disagreement: 'missing', subject });
  });
  return { started, found };
}

/** The latest run of a workflow. @returns undefined if Temporal knows none */
async function latestRun(
  { call }: Sender,
  subject: string,
): Promise<{ status: string; closeTime?: Date } | undefined> {
  try {
    const { status, closeTime } = await call((client) => client.getHandle(subject).describe());
    return { status: status.name, closeTime };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** @returns false if it is not running */
async function askToLook({ call }: Sender, subject: string): Promise<boolean> {
  try {
    await call((client) => client.getHandle(subject).signal(lookAgain));
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function startOne(sender: Sender, open: OpenProcess): Promise<boolean> {
  const { kind, id } = open;
  if (kind !== 'order' || !open.payment) return start(sender, { kind, id });
  const args: ArgsOf<typeof paid> = [open.payment, open.reporter ?? undefined];
  await signal(sender, { kind, id, resume: false, signal: paid, args });
  return true;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const next = async () => {
    for (let item = left.pop(); item; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: inFlight }, next));
}
