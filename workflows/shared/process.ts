import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Id } from '../../domain/kinds';
import { inTurn } from './inTurn';

/** What a run of a process is started with. */
export interface ProcessInput<SubjectId extends Id = string> {
  id: SubjectId;
  /** Set when the subject has a row: the run goes on from there. Left out with the message that creates it. */
  resume?: boolean;
}

/** How the run of a process keeps its state. */
interface ProcessOptions<State> {
  id: Id;
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
  /** Reads the row and keeps its state; null where there is none. */
  look(find: () => Promise<State | null>): Promise<void>;
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
