import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stopRecorded } from './children';

/**
 * The process behind `startGuard`: its input ends when the process that started it is gone, however that
 * happened. Then every child still recorded in the data folder is stopped.
 */
const [dataDir, removeAfter] = process.argv.slice(2);
if (!dataDir) throw new Error('guard.ts needs the data folder');

async function cleanUp(folder: string): Promise<void> {
  await stopRecorded(folder, () => {});
  if (!removeAfter) return;
  // Tests start servers of their own, each with a data folder in the one of the run.
  for (const entry of readdirSync(removeAfter)) await stopRecorded(path.join(removeAfter, entry), () => {});
  rmSync(removeAfter, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

process.stdin.on('close', () => void cleanUp(dataDir)).resume();
