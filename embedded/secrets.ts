import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The settings that are secret and that nobody should have to think of before trying the platform. */
export interface Secrets {
  FIELD_KEYS: string;
  FIELD_HASH_KEY: string;
  BOOTSTRAP_ADMIN_KEY: string;
  TEMPORAL_PAYLOAD_KEYS: string;
}

/** New random secrets in the formats that config.ts asks for. */
export function makeSecrets(): Secrets {
  const key = () => randomBytes(32).toString('base64');
  return {
    FIELD_KEYS: `k1:${key()}`,
    FIELD_HASH_KEY: key(),
    BOOTSTRAP_ADMIN_KEY: `tributary_${randomBytes(32).toString('base64url')}`,
    TEMPORAL_PAYLOAD_KEYS: `k1:${key()}`,
  };
}

/** The secrets of a data folder, made when they are asked for the first time. Only this user can read them. */
export function loadSecrets(dataDir: string): Secrets {
  const file = path.join(dataDir, 'secrets.json');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, `${JSON.stringify(makeSecrets(), null, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
}
