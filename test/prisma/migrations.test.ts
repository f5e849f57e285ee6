import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Pool } from 'pg';
import { query } from '../../embedded/postgres';
import { openEngine } from '../../prisma/engine';
import { MIGRATIONS, migrate } from '../../prisma/migrate';

const functionsFolder = path.join(MIGRATIONS, '..', 'sql');
const names = readdirSync(MIGRATIONS).sort();

let server: string;
const made: string[] = [];

beforeAll(() => {
  server = process.env.TEST_POSTGRES_URL as string;
});
afterAll(async () => {
  for (const name of made) await query(server, `DROP DATABASE ${name} WITH (FORCE)`);
});

/** A database without tables. */
async function emptyDatabase(): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name}`);
  made.push(name);
  return server.replace(/tributary$/, name);
}

async function rowsOf<Row extends object>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** A folder with the migrations of the version before the last one, or of an earlier one. */
function folderOf(migrations: string[]): string {
  const folder = mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'migrations-'));
  for (const name of migrations)
    cpSync(path.join(MIGRATIONS, name), path.join(folder, name), { recursive: true });
  return folder;
}

/** Everything that the migrations made: columns, constraints, indexes, triggers and functions. */
async function schemaOf(url: string): Promise<string[]> {
  const rows = await rowsOf<{ line: string }>(
    url,
    `SELECT line FROM (
       SELECT concat_ws(' ', 'column', table_name, column_name, data_type, is_nullable, column_default) AS line
       FROM information_schema.columns WHERE table_schema = 'public'
       UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace
       UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
       UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
       UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     ) AS items ORDER BY line`,
  );
  return rows.map(({ line }) => line);
}

test('names of migrations say what is in them: a day, a number and words', () => {
  for (const name of names) expect(name).toMatch(/^\d{14}_[a-z]+(_[a-z]+)*$/);
});

test('prisma/sql holds the text in force of each SQL function', async () => {
  const url = await emptyDatabase();
  await migrate(url, () => {});
  // Without those that PostgreSQL makes itself for a type.
  const functions = `SELECT proname AS name, pg_get_functiondef(oid) AS text FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'i') ORDER BY proname`;
  const migrated = await rowsOf<{ name: string; text: string }>(url, functions);
  const files = readdirSync(functionsFolder).sort();
  expect(files).toEqual(migrated.map(({ name }) => `${name}.sql`));
  for (const file of files) await query(url, readFileSync(path.join(functionsFolder, file), 'utf8'));
  // Created again from the files, each is what the migrations left: text, language, volatility and settings.
  expect(await rowsOf(url, functions)).toEqual(migrated);
});

test('schema.prisma agrees with the tables that the migrations make', async () => {
  const [migrated, described] = await Promise.all([emptyDatabase(), emptyDatabase()]);
  await migrate(migrated, () => {});
  const content = readFileSync(path.join(MIGRATIONS, '..', 'schema.prisma'), 'utf8');
  const pool = new Pool({ connectionString: described });
  const engine = await openEngine(pool);
  const { stdout } = await engine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  engine.free();
  await pool.end();
  await query(described, stdout as string);

  const tables = await rowsOf<{ name: string }>(
    described,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  expect(tables).not.toEqual([]);
  // What Prisma has no words for is left out: checks, indexes of expressions or of a part of the rows, defaults that
  // the database makes itself, arrays that cannot be null, and references to tables that are not in the schema.
  const comparable = `
    SELECT concat_ws(' ', table_name, column_name, udt_name, character_maximum_length,
      CASE WHEN data_type <> 'ARRAY' THEN is_nullable END) AS line
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY ($1)
    UNION ALL
    SELECT concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text = ANY ($1)
      AND (contype = 'p' OR contype = 'f' AND confrelid::regclass::text = ANY ($1))
    UNION ALL
    SELECT concat_ws(' ', indrelid::regclass, indisunique, pg_get_indexdef(indexrelid, 1, true),
      pg_get_indexdef(indexrelid, 2, true), pg_get_indexdef(indexrelid, 3, true)) FROM pg_index
    WHERE indrelid::regclass::text = ANY ($1) AND indpred IS NULL AND indexprs IS NULL
      AND NOT EXISTS (SELECT FROM pg_opclass o WHERE o.oid = ANY (indclass) AND NOT opcdefault)
    ORDER BY line`;
  const known = [tables.map(({ name }) => name)];
  const lines = async (url: string) =>
    (await rowsOf<{ line: string }>(url, comparable, known)).map(({ line }) => line);
  expect(await lines(described)).toEqual(await lines(migrated));
});

test('each model of schema.prisma is used', () => {
  const schema = readFileSync(path.join(MIGRATIONS, '..', 'schema.prisma'), 'utf8');
  const source = ['api', 'database']
    .map((folder) => path.join(MIGRATIONS, '..', '..', folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(path.join(folder, file), 'utf8')),
    )
    .join();
  const models = [...schema.matchAll(/^model (\w)(\w+)/gm)].map(
    ([, first, rest]) => first!.toLowerCase() + rest,
  );
  expect(models).not.toEqual([]);
  for (const model of models) expect(source).toMatch(new RegExp(`(prisma|tx|transaction)\\.${model}\\.`));
});

test('a database made before the first release is refused in one sentence, and stays as it is', async () => {
  const url = await emptyDatabase();
  const folder = folderOf([]);
  mkdirSync(path.join(folder, '20261122000000_init'));
  writeFileSync(
    path.join(folder, '20261122000000_init', 'migration.sql'),
    "CREATE TABLE orders (id text PRIMARY KEY); INSERT INTO orders VALUES ('1001');",
  );
  await migrate(url, () => {}, folder);
  const before = await schemaOf(url);

  const refusal: Error = await migrate(url, () => {}).then(
    () => new Error('it was migrated'),
    (error: Error) => error,
  );
  expect(refusal.message).toMatch(
    /^This database was made by [^.]*before the first release[^.]*point DATABASE_URL to a new, empty database[^.]*nothing in this one was changed\.$/,
  );
  expect(await schemaOf(url)).toEqual(before);
  expect(await rowsOf(url, 'SELECT id FROM orders')).toEqual([{ id: '1001' }]);
});

test('two processes that migrate at once apply each migration once', async () => {
  const url = await emptyDatabase();
  const applied = await Promise.all([migrate(url, () => {}), migrate(url, () => {})]);
  expect(applied.flat().sort()).toEqual(names);
  expect(await migrate(url, () => {})).toEqual([]);
});

/*
 * The upgrade of a shop that is at work: the last migration on a database of the version before, with rows in each
 * table, twice at once. Rows are kept, and the tables are then as in a new database. Today there is one migration, so
 * the version before has no tables and no rows.
 */
test('the last migration keeps the rows of the version before, also beside its own second run', async () => {
  const [upgraded, fresh] = await Promise.all([emptyDatabase(), emptyDatabase()]);
  const before = names.slice(0, -1);
  if (before.length > 0) {
    await migrate(upgraded, () => {}, folderOf(before));
    await fillTables(upgraded);
  }
  const counts = await countRows(upgraded);
  for (const [table, rows] of counts)
    if (table !== '_prisma_migrations') expect([table, rows]).not.toEqual([table, 0]);

  const applied = await Promise.all([migrate(upgraded, () => {}), migrate(upgraded, () => {})]);
  expect(applied.flat()).toEqual(names.slice(-1));
  await migrate(fresh, () => {});
  expect(await schemaOf(upgraded)).toEqual(await schemaOf(fresh));
  const after = new Map(await countRows(upgraded));
  for (const [table, rows] of counts) {
    if (after.has(table) && table !== '_prisma_migrations')
      expect([table, after.get(table)]).toEqual([table, rows]);
  }
});

/**
 * Rows in every table of a database, made from test/prisma/rows/<last migration>.sql: each new migration
 * adds a file with the data of a shop of the version before, which is never changed afterwards.
 */
async function fillTables(url: string): Promise<void> {
  const rows = path.join(__dirname, 'rows', `${names.at(-2)}.sql`);
  await query(url, readFileSync(rows, 'utf8'));
}

async function countRows(url: string): Promise<[string, number][]> {
  const tables = await rowsOf<{ name: string }>(
    url,
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
  const counts: [string, number][] = [];
  for (const { name } of tables) {
    const [row] = await rowsOf<{ count: number }>(url, `SELECT count(*)::int AS count FROM ${name}`);
    counts.push([name, row!.count]);
  }
  return counts;
}
