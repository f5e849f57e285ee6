import { rmSync } from 'node:fs';
import { stopRecorded } from './children';

/**
 * The process behind `startGuard`: its input ends when the process that started it is gone, however that
 * happened. Then every child still recorded in the data folder is stopped.
 */
const [dataDir, removeAfter] = process.argv.slice(2);
if (!dataDir) throw new Error('guard.ts needs the data folder');

async function cleanUp(folder: string): Promise<void> {
  await stopRecorded(folder, () => {});
  if (removeAfter) rmSync(removeAfter, { recursive: true, force: true });
}

process.stdin.on('close', () => void cleanUp(dataDir)).resume();
