import pg from 'pg';

// BIGINT columns are minor units and row numbers, both far inside the safe integers; anything else must not be
// rounded in silence.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a safe integer`);
  return value;
});
// A calendar day stays the text YYYY-MM-DD; as a Date it would shift with the process's zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export type Pool = pg.Pool;
export type Client = pg.PoolClient;

/**
 * Opens the pool that a process shares.
 * @param url PostgreSQL connection URL
 * @param max most connections at once
 * @param onError called when a connection breaks while idle, as in a database restart; the pool replaces it
 */
export function createPool(url: string, max: number, onError: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    // A new connection plans every statement again; the default closes them after ten idle seconds.
    idleTimeoutMillis: 600_000,
    application_name: 'tributary',
    // Prisma reads and writes moments without their offset, as if every server's zone were UTC.
    options: '-c timezone=UTC',
  });
  pool.on('error', onError);
  // A connection that breaks between two statements of a transaction emits an event too, which would end the process
  // without a listener. The next statement fails, and so does the transaction.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    // A connection that could not even roll back must not be used again.
    client.release(broken);
  }
}
