import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Pool } from 'pg';
import { openEngine } from './engine';

/** Where the migrations are, a folder each; they are applied in the order of their names. */
export const MIGRATIONS = path.join(__dirname, 'migrations');

/** Any number that no other program locks: PostgreSQL's advisory locks are global to a database. */
const lockKey = 8_315_204_671;

/**
 * Applies the migrations that the database does not have yet and records them in `_prisma_migrations`, so
 * that `prisma migrate deploy` can take over at any time. Two processes that start at once do it one after
 * the other.
 * @param folder the migrations @default MIGRATIONS
 * @returns names of the migrations that were applied now
 * @throws Error when one fails; the database then refuses further migrations until
 * `prisma migrate resolve` records its result. Also, changing nothing, when the database was made before the first
 * release
 */
export async function migrate(
  databaseUrl: string,
  log: (line: string) => void = console.log,
  folder = MIGRATIONS,
): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  // The pending statement fails with the connection; an event without a listener would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS free', [lockKey]);
    if (!rows[0].free) {
      log('Waiting for another process that migrates the database');
      await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    }
    await refuseUnreleased(client, folder);
    return await applyMigrations(databaseUrl, log, folder);
  } finally {
    await client.end(); // This also gives the lock back.
  }
}

/**
 * Before the first release the database was made by other migrations, which the first one here replaces. It cannot
 * follow them: it would create every table a second time.
 */
async function refuseUnreleased(client: Client, folder: string): Promise<void> {
  const { rows: tables } = await client.query(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS known",
  );
  if (!tables[0].known) return;
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations ORDER BY migration_name',
  );
  if (rows.length === 0 || rows.some(({ name }) => name === migrationNames(folder)[0])) return;
  throw new Error(
    'This database was made by a version of Tributary from before the first release, whose tables cannot be migrated: point DATABASE_URL to a new, empty database (with `npm start`, run `npm start -- --reset`); nothing in this one was changed.',
  );
}

async function applyMigrations(
  databaseUrl: string,
  log: (line: string) => void,
  folder: string,
): Promise<string[]> {
  const pool = new Pool({ connectionString: databaseUrl });
  const engine = await openEngine(pool);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir: folder,
        lockfile: { path: 'migration_lock.toml', content: null },
        shadowDbInitScript: '',
        migrationDirectories: migrationNames(folder).map((name) => ({
          path: name,
          migrationFile: {
            path: 'migration.sql',
            content: { tag: 'ok', value: readFileSync(path.join(folder, name, 'migration.sql'), 'utf8') },
          },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    for (const name of appliedMigrationNames) log(`Migrated the database: ${name}`);
    return appliedMigrationNames;
  } finally {
    engine.free();
    await pool.end();
  }
}

function migrationNames(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function main(): Promise<void> {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('Set DATABASE_URL to the database to migrate.');
  const applied = await migrate(url);
  if (applied.length === 0) console.log('The database is up to date.');
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
