import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Pool } from 'pg';
import { openEngine } from './engine';
import { refuseUnreleased } from './unreleased';

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
 * `prisma migrate resolve` records its result
 * @throws UnreleasedDatabaseError when the database was made before the first release, changing nothing
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
    await refuseUnreleased(client);
    return await applyMigrations(databaseUrl, log, folder);
  } finally {
    await client.end(); // This also gives the lock back.
  }
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
