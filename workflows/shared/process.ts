import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Id } from '../../domain/kinds';
import { inTurn } from './inTurn';

/** What a run of a process is started with. */
export interface ProcessInput<SubjectId extends Id = string> {
  id: SubjectId;
  /** Set when the subject has a row: the run goes on from there. Left out with the message that creates it. */
  resume?: boolean;
}

/** Signal: the row may have a state that the run does not know. Changes nothing where they agree. */
export const lookAgain = defineSignal('lookAgain');

/** How long a run without a row waits for the message that it was started for. */
const messageWithin = '10 minutes';

/** How the run of a process keeps its state. */
interface ProcessOptions<State> {
  id: Id;
  /** Where the row stands; null where there is none. */
  find: () => Promise<State | null>;
  /** What the run begins because of where the row stands, such as mails. @returns what it keeps of it */
  take?: (standing: State) => State;
  /**
   * The later of two states. With it steps run side by side, since the order of the answers does not matter;
   * without it they run in turn.
   */
  later?: (known: State | undefined, news: State) => State;
  /** Whether something that the process began beside its steps, such as a mail, is still underway. */
  underway?: () => boolean;
}

/** The shared part of all processes: the state known so far, and how a run begins, waits and ends. */
export interface Process<State> {
  /** The state of the subject; undefined before the first answer. */
  state(): State | undefined;
  /** True where there is no row, and the message that would have created it was refused. */
  refused(): boolean;
  /** Runs a step and keeps its new state. @throws the refusal */
  step<News extends State>(work: () => Promise<News>): Promise<News>;
  /** Accepts messages, when all handlers are set; a resumed run reads its row first. */
  begin(resume: boolean | undefined): Promise<void>;
  /** Reads the row and keeps its state. */
  look(): Promise<void>;
  /** Waits until this holds. @returns the state; undefined where `refused` */
  until(holds: (state: State) => boolean): Promise<State | undefined>;
  /** Waits until every message is answered, and nothing that the process began is underway. Called before each end. */
  settled(): Promise<void>;
  /** Goes on as a new run, from the row, when the server suggests it because the history has grown long. */
  renewIfLong(): Promise<void>;
}

/** Begins the run of a process. */
export function beginProcess<State>({
  id,
  find,
  take = (standing) => standing,
  later,
  underway = () => false,
}: ProcessOptions<State>): Process<State> {
  let state: State | undefined;
  let refusals = 0;
  /** Steps and looks that are under way. */
  let atWork = 0;
  const order = later ? <T>(work: () => Promise<T>) => work() : inTurn();
  const refused = () => state === undefined && refusals > 0;

  async function turn<T>(work: () => Promise<T>): Promise<T> {
    atWork++;
    try {
      return await order(work);
    } finally {
      atWork--;
    }
  }

  /**
   * Ends a run whose message was lost: an update does not stand in the history before it is answered. Not while a
   * step is under way, however long PostgreSQL takes, and not if there is a row.
   */
  async function endWithoutMessage(): Promise<void> {
    const isKnown = () => state !== undefined || refusals > 0;
    if (await condition(isKnown, messageWithin)) return;
    await condition(() => isKnown() || atWork === 0);
    if (!isKnown()) await process.look();
  }

  function learn(news: State): void {
    state = later ? later(state, news) : news;
  }

  /** Keeps a state read beside the steps. An unchanged state does not resume any wait. */
  function learnIfNew(standing: State): void {
    const found = take(standing);
    if (JSON.stringify(found) !== JSON.stringify(state)) learn(found);
  }

  const process: Process<State> = {
    state: () => state,
    refused,
    step: (work) =>
      turn(async () => {
        try {
          const news = await work();
          learn(news);
          return news;
        } catch (refusal) {
          // An earlier step may be written without its answer: a server that dies loses the answer, not the row.
          const standing = standingOf<State>(refusal);
          if (standing !== undefined) learnIfNew(standing);
          refusals++;
          throw refusal;
        }
      }),
    async begin(resume) {
      // Messages sent with the start are being answered since their handlers were set.
      const hasNoMessage = !resume && allHandlersFinished();
      setHandler(lookAgain, () =>
        turn(async () => {
          const found = await find();
          if (found !== null) learnIfNew(found);
        }),
      );
      if (resume) await process.look();
      else if (hasNoMessage && patched('end-without-message')) void endWithoutMessage();
    },
    look: () =>
      turn(async () => {
        const found = await find();
        if (found === null) refusals++;
        else learn(take(found));
      }),
    async until(holds) {
      do {
        await condition(() => refused() || (state !== undefined && holds(state)));
        // A message that is being answered may still record what was refused first.
        if (refused()) await process.settled();
      } while (state !== undefined && !holds(state));
      return state;
    },
    settled: () => condition(() => !underway() && allHandlersFinished()),
    async renewIfLong() {
      if (!workflowInfo().continueAsNewSuggested) return;
      await process.settled();
      await continueAsNew<(input: ProcessInput<Id>) => Promise<unknown>>({ id, resume: true });
    },
  };
  return process;
}

/** The state of the row in a refusal. Refusals of earlier versions have none. */
function standingOf<State>(refusal: unknown): State | undefined {
  for (let cause = refusal; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause.details?.[1] as State | undefined;
  }
  return undefined;
}
