import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { processIdentity, StartError } from './children';

/** Addresses of the parts of a running `npm start`. */
export interface Running {
  /** The process of `npm start`. */
  pid: number;
  apiUrl: string;
  /** Public address: PUBLIC_URL, or the same. */
  publicUrl: string;
  temporalAddress: string;
  databaseUrl: string;
  smtpUrl: string;
  /** Unset if the server was not started by `npm start`. */
  temporalUiUrl?: string;
  mailPageUrl?: string;
}

interface Holder {
  pid: number;
  identity: string;
}

/**
 * Locks the data folder for this process, until it is released or the process ends.
 * @returns a function that releases it
 * @throws Error naming the process that holds it
 */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, 'lock.json');
  const own: Holder = { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    // A hard link is created atomically, and only if there is none yet.
    while (!created(() => linkSync(draft, file))) {
      refuseIfHeld(file, dataDir);
      // Left by a killed process. Moved away before it is checked again: in between, another
      // start may have replaced it with its own lock, which must be restored.
      const aside = `${draft}.stale`;
      if (!moved(file, aside)) continue;
      try {
        refuseIfHeld(aside, dataDir);
      } catch (error) {
        created(() => linkSync(aside, file));
        throw error;
      } finally {
        rmSync(aside, { force: true });
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => rmSync(file, { force: true });
}

/** The process that holds the data folder, if any. */
export function lockHolder(dataDir: string): number | undefined {
  return liveHolder(path.join(dataDir, 'lock.json'));
}

/** Publishes the addresses for other commands. Only this user can read them, because one contains a password. */
export function writeRunning(dataDir: string, running: Running): void {
  writeFileSync(runningFile(dataDir), `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
}

/** Removes the addresses when the servers stop. */
export function removeRunning(dataDir: string): void {
  rmSync(runningFile(dataDir), { force: true });
}

/** Addresses of the `npm start` running on this data folder; undefined if there is none. */
export function readRunning(dataDir: string): Running | undefined {
  const running = readJson<Running>(runningFile(dataDir));
  return running && lockHolder(dataDir) === running.pid ? running : undefined;
}

function runningFile(dataDir: string): string {
  return path.join(dataDir, 'running.json');
}

function refuseIfHeld(file: string, dataDir: string): void {
  const pid = liveHolder(file);
  if (pid !== undefined) {
    throw new StartError(
      `Tributary already runs on ${dataDir} as process ${pid}. Stop it first: kill ${pid}`,
    );
  }
}

function liveHolder(file: string): number | undefined {
  const holder = readJson<Holder>(file);
  return holder && processIdentity(holder.pid) === holder.identity ? holder.pid : undefined;
}

function created(link: () => void): boolean {
  try {
    link();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
