import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Pool } from 'pg';
import { query } from '../../embedded/postgres';
import { openEngine } from '../../prisma/engine';
import { MIGRATIONS, migrate } from '../../prisma/migrate';
import { FIRST_MIGRATION } from '../../prisma/unreleased';

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

/** A folder with some of the migrations. */
function folderOf(migrations: string[]): string {
  const folder = mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'migrations-'));
  for (const name of migrations)
    cpSync(path.join(MIGRATIONS, name), path.join(folder, name), { recursive: true });
  return folder;
}

/** Everything that the migrations made: columns, values of enums, constraints, indexes, triggers and functions. */
async function schemaOf(url: string): Promise<string[]> {
  const rows = await rowsOf<{ line: string }>(
    url,
    `SELECT line FROM (
       SELECT concat_ws(' ', 'column', table_name, column_name, data_type, is_nullable, column_default) AS line
       FROM information_schema.columns WHERE table_schema = 'public'
       UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace
       UNION ALL SELECT concat_ws(' ', 'value', enumtypid::regtype, enumlabel) FROM pg_enum
       UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
       UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
       UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     ) AS items ORDER BY line`,
  );
  return rows.map(({ line }) => line);
}

test('names of migrations say what is in them: a day, a number and words', () => {
  for (const name of names) expect(name).toMatch(/^\d{14}_[a-z]+(_[a-z]+)*$/);
  expect(names[0]).toBe(FIRST_MIGRATION);
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

/** Where the data of released versions is: <last migration>.sql, never changed after the release. */
const rowsFolder = path.join(__dirname, 'rows');
const releases = readdirSync(rowsFolder)
  .map((file) => path.basename(file, '.sql'))
  .sort();

/** Migrations of released versions by the SHA-256 of their text: a database that has one never gets a changed one. */
const released: Record<string, string> = {
  '20261128000000_initial': '3d20912511e146395c4943a0fa508df5442059a17a9a54a75cb134bb89ed22ea',
};

/** Tables whose rows a later migration may drop or change, each with the reason. */
const changedOnPurpose: Record<string, string> = {
  _prisma_migrations: 'each migration adds a row, and ends the one of a run that was under way',
};

test('a released migration stays as it was released', () => {
  const last = releases.at(-1) ?? '';
  for (const name of names.filter((one) => one <= last)) {
    const text = readFileSync(path.join(MIGRATIONS, name, 'migration.sql'));
    expect([name, createHash('sha256').update(text).digest('hex')]).toEqual([name, released[name]]);
  }
});

/*
 * The upgrade of a shop that is at work: all later migrations on the database of a released version, with rows in each
 * table, twice at once. The rows are kept, and the tables are then as in a new database.
 */
test.each(releases)('an upgrade from %s keeps its rows, also beside its own second run', async (release) => {
  const [upgraded, fresh] = await Promise.all([emptyDatabase(), emptyDatabase()]);
  expect(names).toContain(release);
  const later = names.filter((name) => name > release);
  await migrate(upgraded, () => {}, folderOf(names.filter((name) => name <= release)));
  await query(upgraded, readFileSync(path.join(rowsFolder, `${release}.sql`), 'utf8'));
  const before = await contentOf(upgraded);
  for (const [table, rows] of before) expect([table, rows.length]).not.toEqual([table, 0]);

  const applied = await Promise.all([migrate(upgraded, () => {}), migrate(upgraded, () => {})]);
  expect(applied.flat().sort()).toEqual(later);
  await migrate(fresh, () => {});
  expect(await schemaOf(upgraded)).toEqual(await schemaOf(fresh));
  const after = await contentOf(upgraded);
  for (const [table, rows] of before) {
    if (table in changedOnPurpose) continue;
    // Of columns that are still there: a migration may add columns and rows.
    const columns = Object.keys(after.get(table)?.[0] ?? {}).filter((column) => column in rows[0]!);
    const valuesOf = (row: Row) => JSON.stringify(columns.map((column) => row[column]));
    const kept = new Set((after.get(table) ?? []).map(valuesOf));
    expect({ table, lost: rows.map(valuesOf).filter((row) => !kept.has(row)) }).toEqual({ table, lost: [] });
  }
});

type Row = Record<string, unknown>;

/** All rows of all tables. */
async function contentOf(url: string): Promise<Map<string, Row[]>> {
  const tables = await rowsOf<{ name: string }>(
    url,
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
  const content = new Map<string, Row[]>();
  for (const { name } of tables) {
    const rows = await rowsOf<{ row: Row }>(url, `SELECT to_jsonb(t) AS row FROM ${name} t`);
    content.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return content;
}
