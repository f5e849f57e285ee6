import { condition } from '@temporalio/workflow';

/** Makes a function that runs tasks one after the other, in the order of the calls. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  let nextTurn = 0;
  return async (work) => {
    const turn = nextTurn++;
    // Mostly no step is ahead, and then nothing is awaited: each promise costs a workflow a stack trace.
    if (turn > running) await condition(() => turn === running);
    try {
      return await work();
    } finally {
      running++;
    }
  };
}
