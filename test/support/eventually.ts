import { setTimeout as wait } from 'node:timers/promises';

/** Waits until a condition holds that another process brings about. The limit is for the message, not a measure. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 90_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error(`${what} did not happen within 90 s`);
    await wait(50);
  }
}
