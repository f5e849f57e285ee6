import { type Config, loadConfig } from '../config';
import { type Running, readRunning } from '../embedded/running';
import { loadSecrets } from '../embedded/secrets';

/**
 * The settings for a command that works beside API and worker: those of the environment, and where a `npm start` runs
 * here, its addresses and secrets for what the environment does not say.
 * @throws ConfigError when neither says enough
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
