import pg from 'pg';
import type { ApiContext } from './endpoint';

/** After a wait of this length the server behind is probed. */
const lookAfterMs = 2_000;

/** On an overloaded machine one probe may be answered late, hardly two in a row. */
const questions = 2;

/** Longest wait for the answer to a probe. */
export const answerWithinMs = 2_000;

/**
 * Watches over a wait for a server. One that is down refuses connections, which ends the wait at once. One that is
 * frozen, or behind a cut network, keeps them open and is silent, just like one that is busy; only another
 * request shows the difference.
 * @param answers whether it answers, within `answerWithinMs`
 * @param onStall called once, when it does not, asked twice
 * @returns ends the watch
 */
export function watchServer(answers: () => Promise<boolean>, onStall: () => void): () => void {
  let isOver = false;
  const look = async () => {
    for (let asked = 0; asked < questions && !isOver; asked++) {
      if (await answers()) {
        if (!isOver) timer = setTimeout(look, lookAfterMs);
        return;
      }
    }
    if (!isOver) onStall();
  };
  let timer = setTimeout(look, lookAfterMs);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

const probes = new WeakMap<ApiContext, Promise<boolean>>();

/** Whether PostgreSQL answers within two seconds. Concurrent callers share one probe. */
export function databaseAnswers(context: ApiContext): Promise<boolean> {
  let probe = probes.get(context);
  if (!probe) {
    probe = askDatabase(context).finally(() => probes.delete(context));
    probes.set(context, probe);
  }
  return probe;
}

async function askDatabase({ pool, config }: ApiContext): Promise<boolean> {
  let isHeard = false;
  const hear = (error?: Error | boolean) => {
    if (!error) isHeard = true;
  };
  // A connection that goes back to the pool has got its answers: a slow server, not a frozen one.
  pool.on('release', hear);
  try {
    return (await greet(config.DATABASE_URL)) || isHeard;
  } finally {
    pool.off('release', hear);
  }
}

/** By a connection of its own: those of the pool may all be waiting. */
async function greet(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: answerWithinMs });
  client.on('error', () => {});
  try {
    await client.connect();
    void client.end();
    return true;
  } catch (error) {
    // A refusal, as where all connections are taken, is an answer too.
    return error instanceof pg.DatabaseError;
  }
}

/** What `work` gives, or `otherwise` where that takes longer than a server may take to answer. */
export async function unlessSlow<T>(work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), answerWithinMs);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
