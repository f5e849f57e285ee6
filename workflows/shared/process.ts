import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Id } from '../../domain/kinds';
import { inTurn } from './inTurn';

/** What a run of a process is started with. */
export interface ProcessInput<SubjectId extends Id = string> {
  id: SubjectId;
  /** Set when the subject has a row: the run goes on from there. Left out with the message that creates it. */
  resume?: boolean;
}

/** How the run of a process keeps what it knows. */
interface ProcessOptions<State> {
  id: Id;
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
  /** The state of the subject; undefined before the first answer. */
  state(): State | undefined;
  /** True where there is nothing to go on with: no row, and what would have made one was refused. */
  refused(): boolean;
  /** Carries out a step and learns where it leads. @throws what refuses it */
  step<News extends State>(work: () => Promise<News>): Promise<News>;
  /** Looks at the row, and goes on from there; null where there is none. */
  look(find: () => Promise<State | null>): Promise<void>;
  /** Waits until this holds. @returns the state; undefined where there is nothing to go on with */
  until(holds: (state: State) => boolean): Promise<State | undefined>;
  /** Waits until every message is answered, and nothing that the process began is underway. Called before each end. */
  settled(): Promise<void>;
  /** Goes on as a new run, from the row, when the server suggests it because the history has grown long. */
  renewIfLong(): Promise<void>;
}

/** Begins the run of a process. */
export function beginProcess<State>({
  id,
  later,
  underway = () => false,
}: ProcessOptions<State>): Process<State> {
  let state: State | undefined;
  let refusals = 0;
  const turn = later ? <T>(work: () => Promise<T>) => work() : inTurn();
  const refused = () => state === undefined && refusals > 0;

  const process: Process<State> = {
    state: () => state,
    refused,
    step: (work) =>
      turn(async () => {
        try {
          const news = await work();
          state = later ? later(state, news) : news;
          return news;
        } catch (refusal) {
          refusals++;
          throw refusal;
        }
      }),
    look: (find) =>
      turn(async () => {
        const found = await find();
        if (found === null) refusals++;
        else state = later ? later(state, found) : found;
      }),
    async until(holds) {
      await condition(() => refused() || (state !== undefined && holds(state)));
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
