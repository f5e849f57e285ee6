import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { ActivityContext } from '../../activities';
import { createMailer } from '../../activities/mail';
import { type Config, loadConfig } from '../../config';
import type { Pool } from '../../database/pool';
import { createSealer } from '../../database/sealing';

/** Settings as the environment would give them. */
export type TestSettings = Partial<Record<keyof Config, string>>;

/** An environment that is complete without any server behind it, as for a command in a process of its own. */
export const testEnvironment = {
  DATABASE_URL: 'postgres://127.0.0.1:1/unused',
  SMTP_URL: 'smtp://127.0.0.1:1',
  FIELD_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
  FIELD_HASH_KEY: 'a hash key that is long enough for tests',
  API_RATE_LIMIT: '1000000',
};

/** The configuration of that environment, on a task queue of its own. `changes` names what a test needs otherwise. */
export function testConfig(changes: TestSettings = {}): Config {
  return loadConfig({
    ...testEnvironment,
    TEMPORAL_TASK_QUEUE: `test-${randomUUID()}`,
    DOCUMENTS_FOLDER: path.join(process.env.TEST_DATA_DIR ?? '', 'documents'),
    ...changes,
  });
}

/** What activities need, around a database. */
export function activityContext(pool: Pool, config: Config = testConfig()): ActivityContext {
  return { pool, config, sealer: createSealer(config), mailer: createMailer(config) };
}
