import { chmodSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureConsole } from '../../cli/buildConsole';
import { startGuard } from '../../embedded/children';
import { query, startPostgres } from '../../embedded/postgres';
import { startTemporal } from '../../embedded/temporal';
import { ensureClient } from '../../prisma/generate';
import { migrate } from '../../prisma/migrate';
import { TEMPLATE } from './database';

declare global {
  // How globalTeardown.ts, which Jest loads on its own, reaches what was started here.
  var stopTestServers: () => Promise<void>;
}

/**
 * Starts one PostgreSQL and one Temporal for the whole run, on free ports and in a new folder, so that it runs
 * beside `npm start`. The tests find them in process.env:
 *
 * - `TEST_POSTGRES_URL`: database in which `createDatabase` may create others
 * - `TEST_TEMPORAL_ADDRESS`, `TEST_TEMPORAL_NAMESPACE`
 * - `TEST_WORKFLOW_BUNDLE`: path of the bundled workflows
 * - `TEST_DATA_DIR`: the run's folder, deleted afterwards
 */
export default async function globalSetup(): Promise<void> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-test-'));
  // PostgreSQL may have to run as another user, who has to get to its folder in this one.
  chmodSync(dataDir, 0o711);
  // Also cleans up when this process gets no chance to: Ctrl-C, or kill -9.
  startGuard(dataDir, dataDir);
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const [postgres, temporal, bundle] = await Promise.all([
    // Nothing in it has to survive a power failure.
    startPostgres({ dataDir, port: 0, settings: { fsync: 'off', full_page_writes: 'off' }, log }),
    startTemporal({ dataDir, port: 0, uiPort: 0, log: console.log }),
    bundleWorkflows(dataDir),
    ensureConsole(),
    ensureClient(),
  ]);
  global.stopTestServers = async () => {
    await Promise.all([temporal.stop(), postgres.stop()]);
  };
  await query(postgres.url, `CREATE DATABASE ${TEMPLATE}`);
  await migrate(postgres.url.replace(/tributary$/, TEMPLATE), log);
  Object.assign(process.env, {
    TEST_POSTGRES_URL: postgres.url,
    TEST_TEMPORAL_ADDRESS: temporal.address,
    TEST_TEMPORAL_NAMESPACE: 'default',
    TEST_WORKFLOW_BUNDLE: bundle,
    TEST_DATA_DIR: dataDir,
  });
}

/** Bundles the workflows once for all test files; each worker would do it again, for a second or two. */
async function bundleWorkflows(dataDir: string): Promise<string> {
  const workflowsPath = path.join(__dirname, '..', '..', 'workflows', 'index.ts');
  if (!existsSync(workflowsPath)) return '';
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const file = path.join(dataDir, 'workflows.js');
  writeFileSync(file, code);
  return file;
}
