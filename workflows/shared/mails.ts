/** Starts the mails that the steps of a process queue. */
export interface MailStarter {
  /** Starts a process for each of these mails, once. */
  start(keys: readonly string[] | undefined): void;
  /** Whether one is being started. */
  underway(): boolean;
}

/**
 * Beside the process: each mail goes out in a process of its own, which may try for days.
 * @param startMail the step that starts it; tries until it has succeeded
 */
export function mailStarter(startMail: (key: string) => Promise<void>): MailStarter {
  const started = new Set<string>();
  let starting = 0;
  return {
    start(keys = []) {
      for (const key of keys) {
        if (started.has(key)) continue;
        started.add(key);
        starting++;
        const settle = () => {
          starting--;
        };
        startMail(key).then(settle, settle);
      }
    },
    underway: () => starting > 0,
  };
}
