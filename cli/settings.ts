import { type Config, loadConfig } from '../config';
import { type Running, readRunning } from '../embedded/running';
import { loadSecrets } from '../embedded/secrets';

/**
 * Settings for a command used together with API and worker: the environment, and, if an `npm start` is running
 * here, its addresses and secrets for settings missing in the environment.
 * @throws ConfigError when settings are missing
 */
export function commandSettings(env: NodeJS.ProcessEnv = process.env): { config: Config; running?: Running } {
  const dataDir = env.DATA_DIR || '.data';
  const running = readRunning(dataDir);
  const config = loadConfig({
    ...(running && loadSecrets(dataDir)),
    DATABASE_URL: running?.databaseUrl,
    SMTP_URL: running?.smtpUrl,
    PUBLIC_URL: running?.publicUrl,
    ...Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  });
  return { config, running };
}
