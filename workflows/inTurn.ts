/** Makes a function that runs pieces of work one after the other, in the order they were handed in. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    // Whoever waits for `result` learns of a failure; the next piece of work does not have to.
    last = result.catch(() => undefined);
    return result;
  };
}
