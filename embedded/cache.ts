import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Log, StartError, spawnChild } from './children';

/** The user's cache folder, outside the checkout, so that a new clone can reuse earlier builds. */
export function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'tributary');
}

/** True if the program starts and its output contains the text. */
export function answers(program: string, args: string[], text: string): boolean {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 && `${stdout}${stderr}`.includes(text);
}

/**
 * Tries several ways and returns the path of the first that works.
 * @param ways name of each way, and a function that returns a path or throws the reason
 * @param otherwise what the user can do if none works
 * @throws Error that lists every way and why it failed
 */
export async function climb(
  what: string,
  ways: [name: string, attempt: () => string | Promise<string>][],
  otherwise: string,
  log: Log,
): Promise<string> {
  const failures: string[] = [];
  for (const [name, attempt] of ways) {
    try {
      const found = await attempt();
      log(`${what}: ${name} (${found})`);
      return found;
    } catch (error) {
      failures.push(`  ${name}: ${(error as Error).message}`);
    }
  }
  throw new StartError(`${what} was not found. None of these worked:\n${failures.join('\n')}\n${otherwise}`);
}

/**
 * Lets `make` fill an empty folder and moves it to the target atomically, so that an interrupted
 * download or build is never used.
 * @param target file or folder in the cache; an existing file is replaced
 * @param make returns the part of the folder that becomes the target
 */
export async function intoCache(
  target: string,
  make: (folder: string) => string | Promise<string>,
): Promise<string> {
  mkdirSync(path.dirname(target), { recursive: true });
  const folder = mkdtempSync(path.join(path.dirname(target), 'unfinished-'));
  try {
    const made = await make(folder);
    renameSync(made, target);
    return target;
  } catch (error) {
    // Another process has created the same folder in the meantime and may be using it.
    if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return target;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Downloads a server with the Temporal SDK to the target file. */
export function downloadBySdk(
  server: 'local' | 'timeSkipping',
  target: string,
  options: { dataDir: string; log: Log },
): Promise<string> {
  return intoCache(target, async (folder) => {
    const script = path.join(__dirname, 'download.ts');
    await runLong('Download', process.execPath, ['--import', 'tsx', script, server, folder], {
      ...options,
      cwd: path.dirname(__dirname),
    });
    const [file] = readdirSync(folder).filter((name) => !name.endsWith('.downloading'));
    if (!file) throw new StartError('nothing was downloaded');
    return path.join(folder, file);
  });
}

/**
 * Runs a command that can take minutes and prints every few seconds that it is still running.
 * @throws Error with the last line it printed
 */
export async function runLong(
  what: string,
  command: string,
  args: string[],
  options: { dataDir: string; log: Log; env?: NodeJS.ProcessEnv; cwd?: string },
): Promise<void> {
  const { log, ...childOptions } = options;
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const child = await spawnChild(what.toLowerCase().replaceAll(' ', '-'), command, args, childOptions);
  const ticker = setInterval(() => log(`${what}: ${seconds()} s so far`), 5000);
  const reason = await child.exited;
  clearInterval(ticker);
  if (reason === 'exit code 0') return log(`${what}: done after ${seconds()} s`);
  const lastLine = readFileSync(child.logFile, 'utf8').trimEnd().split('\n').at(-1);
  throw new StartError(`${reason}: ${lastLine} (see ${child.logFile})`);
}
