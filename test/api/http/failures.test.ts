import { once } from 'node:events';
import { toProblem } from '../../../api/http/failures';
import { createPool } from '../../../database/pool';
import { createLogger } from '../../../log';
import { testConfig } from '../../support/config';
import { createDatabase } from '../../support/database';

it('a connection that is lost in the middle of a transaction is an unavailable database for each later statement', async () => {
  const database = await createDatabase();
  const pool = createPool(database.url, 2, () => {});
  const log = createLogger(testConfig(), 'test', { write: () => {} });
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const lost = once(client, 'error');
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
    await lost;
    for (const _ of [1, 2]) {
      const error = await client.query('SELECT 1').catch((failure: unknown) => failure);
      expect(toProblem(error, log).status).toBe(503);
    }
  } finally {
    client.release(true);
    await pool.end();
    await database.drop();
  }
});
