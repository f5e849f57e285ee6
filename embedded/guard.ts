import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stopRecorded } from './children';

/**
 * The process of `startGuard`: its input ends when the process that started it has ended for any
 * reason. Then every child still recorded in the data folder is stopped.
 */
const [dataDir, removeAfter] = process.argv.slice(2);
if (!dataDir) throw new Error('guard.ts needs the data folder');

async function cleanUp(folder: string): Promise<void> {
  await stopRecorded(folder, () => {});
  if (!removeAfter) return;
  // Tests start separate servers, each with a data folder inside the one of the run.
  for (const entry of readdirSync(removeAfter)) await stopRecorded(path.join(removeAfter, entry), () => {});
  rmSync(removeAfter, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

process.stdin.on('close', () => void cleanUp(dataDir)).resume();
