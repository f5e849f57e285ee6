import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { processIdentity, StartError } from './children';

/** Where the parts of a running `npm start` are. */
export interface Running {
  /** The process of `npm start`. */
  pid: number;
  apiUrl: string;
  /** Where people reach it: PUBLIC_URL, or the same. */
  publicUrl: string;
  temporalAddress: string;
  databaseUrl: string;
  smtpUrl: string;
  /** Unset where the server is not one that `npm start` started. */
  temporalUiUrl?: string;
  mailPageUrl?: string;
}

interface Holder {
  pid: number;
  identity: string;
}

/**
 * Takes the data folder for this process, until it releases it or ends in whatever way.
 * @returns a function that releases it
 * @throws Error naming the process that has it
 */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, 'lock.json');
  const own: Holder = { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    // A hard link appears complete or not at all, and only when there is none yet.
    while (!created(() => linkSync(draft, file))) {
      refuseIfHeld(file, dataDir);
      // Left by a process that was killed. Taken aside before it is judged again: between the two, another
      // start may have replaced it with a lock of its own, which has to go back.
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

/** The process that holds the data folder, if any does. */
export function lockHolder(dataDir: string): number | undefined {
  return liveHolder(path.join(dataDir, 'lock.json'));
}

/** Publishes the addresses for the other commands. Only this user can read them: one contains a password. */
export function writeRunning(dataDir: string, running: Running): void {
  writeFileSync(runningFile(dataDir), `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
}

/** Takes the addresses back when they stop to answer. */
export function removeRunning(dataDir: string): void {
  rmSync(runningFile(dataDir), { force: true });
}

/** The addresses of the `npm start` that runs on this data folder; undefined when none runs. */
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
