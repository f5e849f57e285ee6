/** The first migration of the first release. */
export const FIRST_MIGRATION = '20261128000000_initial';

/** The database was made before the first release. The message says what to do. */
export class UnreleasedDatabaseError extends Error {
  override name = 'UnreleasedDatabaseError';
}

/** A connection or pool of `pg`. */
interface Queryable {
  query(text: string): Promise<{ rows: Record<string, unknown>[] }>;
}

/**
 * Before the first release the database was made by other migrations, which the first one of now replaces. It cannot
 * follow them: it would create every table a second time. What starts on a database asks this once.
 * @throws UnreleasedDatabaseError when the database was made by those, changing nothing
 */
export async function refuseUnreleased(database: Queryable): Promise<void> {
  const { rows: tables } = await database.query(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS known",
  );
  if (!tables[0]!.known) return;
  const { rows } = await database.query('SELECT migration_name AS name FROM _prisma_migrations');
  if (rows.length === 0 || rows.some(({ name }) => name === FIRST_MIGRATION)) return;
  throw new UnreleasedDatabaseError(
    'This database was made by a version of Tributary from before the first release, whose tables cannot be migrated: point DATABASE_URL to a new, empty database (with `npm start`, run `npm start -- --reset`); nothing in this one was changed.',
  );
}
