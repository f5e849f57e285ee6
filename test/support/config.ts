import type { ActivityContext } from '../../activities';
import type { Pool } from '../../activities/database';
import { createMailer } from '../../activities/mail';
import { createSealer } from '../../activities/sealing';
import { type Config, loadConfig } from '../../config';

/** A configuration that is complete without any server behind it. */
export function testConfig(changes: Partial<Record<keyof Config, string>> = {}): Config {
  return loadConfig({
    DATABASE_URL: 'postgres://unused',
    SMTP_URL: 'smtp://unused',
    FIELD_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    FIELD_HASH_KEY: 'a hash key that is long enough for tests',
    ...changes,
  });
}

/** What activities need, around a database. */
export function activityContext(pool: Pool, config: Config = testConfig()): ActivityContext {
  return { pool, config, sealer: createSealer(config), mailer: createMailer(config) };
}
