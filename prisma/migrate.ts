import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm' with { 'resolution-mode': 'import' };
import { Client, Pool } from 'pg';

/** Global in Node; its types come with those of browsers only. */
declare const WebAssembly: {
  instantiate(bytes: Buffer, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

const folder = path.join(__dirname, 'migrations');

/** Any number that nobody else locks: PostgreSQL's advisory locks are global to a database. */
const lockKey = 8_315_204_671;

/**
 * Applies the migrations that the database does not have yet and records them in `_prisma_migrations`, so
 * that `prisma migrate deploy` can take over at any time. Two processes that start at once do it one after
 * the other. The engine is Prisma's own as WebAssembly, because the native one is downloaded at its first use.
 * @returns names of the migrations that were applied now
 * @throws Error when one fails; the database then refuses further migrations until
 * `prisma migrate resolve` says what became of it
 */
export async function migrate(
  databaseUrl: string,
  log: (line: string) => void = console.log,
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
    return await applyMigrations(databaseUrl, log);
  } finally {
    await client.end(); // This also gives the lock back.
  }
}

async function applyMigrations(databaseUrl: string, log: (line: string) => void): Promise<string[]> {
  const pool = new Pool({ connectionString: databaseUrl });
  const adapter = bindMigrationAwareSqlAdapterFactory(wholeScripts(new PrismaPg(pool)));
  const engine = await (await loadEngine()).new({ datamodels: undefined }, () => {}, adapter);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir: folder,
        lockfile: { path: 'migration_lock.toml', content: readOptional('migration_lock.toml') },
        shadowDbInitScript: '',
        migrationDirectories: readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => name)
          .sort()
          .map((name) => ({ path: name, migrationFile: readMigration(name) })),
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

/**
 * The adapter sends a script statement by statement, cut at each semicolon: that breaks the body of every
 * function and every quoted text that has one. PostgreSQL cuts better itself, and then a migration that fails
 * half-way leaves nothing behind.
 */
function wholeScripts(factory: PrismaPg): SqlMigrationAwareDriverAdapterFactory {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => {
      await adapter.executeRaw({ sql: script, args: [], argTypes: [] });
    };
    return adapter;
  };
  return factory;
}

let loaded: Promise<typeof SchemaEngine> | undefined;

/**
 * The engine, instantiated once: its bindings know one instance, and a timer that an earlier migration left behind
 * would call into the memory of the next one.
 */
function loadEngine(): Promise<typeof SchemaEngine> {
  loaded ??= instantiateEngine();
  return loaded;
}

/** Instantiates the engine by hand: Node can't import a .wasm file as the package's own entry does. */
async function instantiateEngine(): Promise<typeof SchemaEngine> {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const entry = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = readFileSync(entry.replace(/\.js$/, '.wasm'));
  const imports: Record<string, unknown> = { ...bindings };
  for (const name of Object.keys(imports).filter((key) => key.startsWith('__wbg_setTimeout'))) {
    // The engine forgets the timer of its own lock, which would keep the process for ten seconds.
    imports[name] = (handler: () => void, ms: number) => setTimeout(handler, ms).unref();
  }
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings.SchemaEngine;
}

function readMigration(name: string) {
  const file = path.join(name, 'migration.sql');
  return {
    path: 'migration.sql',
    content: { tag: 'ok' as const, value: readFileSync(path.join(folder, file), 'utf8') },
  };
}

function readOptional(file: string): string | null {
  try {
    return readFileSync(path.join(folder, file), 'utf8');
  } catch {
    return null;
  }
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
