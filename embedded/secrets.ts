import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Secret settings that are generated for evaluation. */
export interface Secrets {
  FIELD_KEYS: string;
  FIELD_HASH_KEY: string;
  BOOTSTRAP_ADMIN_KEY: string;
  TEMPORAL_PAYLOAD_KEYS: string;
}

/** New random secrets in the formats required by config.ts. */
export function makeSecrets(): Secrets {
  const key = () => randomBytes(32).toString('base64');
  return {
    FIELD_KEYS: `k1:${key()}`,
    FIELD_HASH_KEY: key(),
    BOOTSTRAP_ADMIN_KEY: `tributary_${randomBytes(32).toString('base64url')}`,
    TEMPORAL_PAYLOAD_KEYS: `k1:${key()}`,
  };
}

/** Secrets of a data folder, created on first use. Only this user can read them. */
export function loadSecrets(dataDir: string): Secrets {
  const file = path.join(dataDir, 'secrets.json');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, `${JSON.stringify(makeSecrets(), null, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
}
