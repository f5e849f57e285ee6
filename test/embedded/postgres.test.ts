import { chmodSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { processList } from '../../embedded/children';
import { query, startPostgres } from '../../embedded/postgres';

const options = (dataDir: string) => ({ dataDir, port: 0, log: () => {} });

test('a data folder survives kill -9 of PostgreSQL, with what was committed', async () => {
  const dataDir = mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'postgres-'));
  chmodSync(dataDir, 0o711);
  const first = await startPostgres(options(dataDir));
  await query(first.url, 'CREATE TABLE money (amount bigint); INSERT INTO money VALUES (1999)');
  process.kill(first.pid, 'SIGKILL');

  const second = await startPostgres(options(dataDir));
  expect(await query(second.url, 'SELECT amount FROM money')).toEqual([{ amount: '1999' }]);
  await second.stop();
});

test('a server that still holds the data folder is stopped first', async () => {
  const dataDir = mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'postgres-'));
  chmodSync(dataDir, 0o711);
  const orphan = await startPostgres(options(dataDir));
  const next = await startPostgres(options(dataDir));
  expect(processList().map(({ pid }) => pid)).not.toContain(orphan.pid);
  await expect(query(next.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  await next.stop();
});

test('the server is durable and keeps Unicode', async () => {
  const dataDir = mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'postgres-'));
  chmodSync(dataDir, 0o711);
  const server = await startPostgres(options(dataDir));
  const [row] = await query(
    server.url,
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
     current_setting('full_page_writes') AS pages, current_setting('server_encoding') AS encoding, lower('Ä') AS low`,
  );
  expect(row).toEqual({ fsync: 'on', commit: 'on', pages: 'on', encoding: 'UTF8', low: 'ä' });
  await server.stop();
});
