import { mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../config';
import { type Child, spawnChild } from '../../embedded/children';
import { eventually } from './eventually';

/** The API in a process of its own. */
export interface ApiProcess extends Child {
  port: number;
  /** All that it has logged. */
  lines(): string;
}

/**
 * Runs the API as production does, on the run's Temporal. Resolves when it listens.
 * @param config of the servers behind it and the secrets
 */
export async function startApiProcess(config: Config, settings: NodeJS.ProcessEnv = {}): Promise<ApiProcess> {
  const { FIELD_KEYS, FIELD_HASH_KEY, TEMPORAL_TASK_QUEUE, DATABASE_URL } = config;
  const child = await spawnChild('api', process.execPath, ['--import', 'tsx', 'api/main.ts'], {
    dataDir: mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'api-')),
    env: {
      ...{ PATH: process.env.PATH, FIELD_KEYS, FIELD_HASH_KEY, TEMPORAL_TASK_QUEUE, DATABASE_URL },
      SMTP_URL: 'smtp://127.0.0.1:1',
      TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS,
      API_PORT: '0',
      ...settings,
    },
    graceMs: 60_000,
  });
  const lines = () => readFileSync(child.logFile, 'utf8');
  let port = 0;
  await eventually('the API listens', () => {
    const line = /.*the API listens.*/.exec(lines());
    if (line) port = JSON.parse(line[0]).address.port;
    return port > 0;
  });
  return { ...child, port, lines };
}

/** Whether an API says that it can do its work. */
export function isReady({ port }: { port: number }): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}
