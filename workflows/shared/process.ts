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
export interface ProcessInput<ThingId extends Id = string> {
  id: ThingId;
  /** Set when the thing has a row: the run goes on from there. Left out with the message that makes it. */
  resume?: boolean;
}

/** Signal: the row may say something that the run does not know. Changes nothing where they agree. */
export const lookAgain = defineSignal('lookAgain');

/** How long a run without a row waits for the message that it was started for. */
const untoldFor = '10 minutes';

/** How the run of a process keeps what it knows. */
interface ProcessOptions<State> {
  id: Id;
  /** Where the row stands; null where there is none. */
  find: () => Promise<State | null>;
  /** What the run begins because of where the row stands, such as mails. @returns what it keeps of it */
  take?: (standing: State) => State;
  /**
   * The later of two states. With it steps run side by side, since answers that overtake each other do no harm;
   * without it they run in turn.
   */
  later?: (known: State | undefined, news: State) => State;
  /** Whether something that the process began beside its steps, such as a mail, is still underway. */
  underway?: () => boolean;
}

/** What all processes have in common: what is known so far, and how a run begins, waits and ends. */
export interface Process<State> {
  /** Where the thing stands; undefined before the first answer. */
  state(): State | undefined;
  /** True where there is nothing to go on with: no row, and what would have made one was refused. */
  refused(): boolean;
  /** Carries out a step and learns where it leads. @throws what refuses it */
  step<News extends State>(work: () => Promise<News>): Promise<News>;
  /** Begins to listen, when all handlers are set; a resumed run looks at its row first. */
  begin(resume: boolean | undefined): Promise<void>;
  /** Looks at the row, and goes on from there. */
  look(): Promise<void>;
  /** Waits until this holds. @returns the state; undefined where there is nothing to go on with */
  until(holds: (state: State) => boolean): Promise<State | undefined>;
  /** Waits until every message is answered, and nothing that the process began is underway. Comes before each end. */
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
  async function endIfUntold(): Promise<void> {
    const told = () => state !== undefined || refusals > 0;
    if (await condition(told, untoldFor)) return;
    await condition(() => told() || atWork === 0);
    if (!told()) await process.look();
  }

  function learn(news: State): void {
    state = later ? later(state, news) : news;
  }

  /** What was found besides the steps. Where it is what is known, nobody is woken. */
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
          // An earlier step may have been written and never told: a server that dies loses the answer, not the row.
          const standing = standingOf<State>(refusal);
          if (standing !== undefined) learnIfNew(standing);
          refusals++;
          throw refusal;
        }
      }),
    async begin(resume) {
      // Those that came with the start are being answered since their handlers were set.
      const untold = !resume && allHandlersFinished();
      setHandler(lookAgain, () =>
        turn(async () => {
          const found = await find();
          if (found !== null) learnIfNew(found);
        }),
      );
      if (resume) await process.look();
      else if (untold && patched('end-untold')) void endIfUntold();
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
        // What was refused first may be taken in by a message that is being answered.
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

/** Where the row stands, as a refusal tells it. Those of earlier versions do not. */
function standingOf<State>(refusal: unknown): State | undefined {
  for (let cause = refusal; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause.details?.[1] as State | undefined;
  }
  return undefined;
}
