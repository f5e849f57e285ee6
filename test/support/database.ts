import { randomBytes } from 'node:crypto';
import { query } from '../../embedded/postgres';

/** Name of the migrated database of which every test gets a copy. */
export const TEMPLATE = 'template_tributary';

/** Makes the names of migrations in a database those of a version from before the first release. */
export const UNRELEASED = `UPDATE _prisma_migrations SET migration_name = '20261122000000_' || id`;

/**
 * Makes a migrated, empty database for one test file or test. That is a copy of a template: a fraction of a
 * second, in place of all the migrations.
 */
export async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('TEST_POSTGRES_URL is not set: tests run under `npm test`');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  return {
    url: server.replace(/tributary$/, name),
    drop: async () => void (await query(server, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}
