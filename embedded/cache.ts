import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Log, StartError, spawnChild } from './children';

/** The user's cache folder: outside the checkout, so that a clean clone finds what an earlier one built. */
export function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'tributary');
}

/** True when the program starts and its answer contains the text. */
export function answers(program: string, args: string[], text: string): boolean {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 && `${stdout}${stderr}`.includes(text);
}

/**
 * Tries one way after the other and returns the path of the first that works.
 * @param rungs a name for each way, and a function that returns a path or throws the reason why there is none
 * @param otherwise what the user can do when none works
 * @throws Error that names every way and why it failed
 */
export async function climb(
  what: string,
  rungs: [name: string, attempt: () => string | Promise<string>][],
  otherwise: string,
  log: Log,
): Promise<string> {
  const failures: string[] = [];
  for (const [name, attempt] of rungs) {
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
 * Lets `make` fill an empty folder and then moves it to the target in one step, so that an interrupted
 * download or build is never taken for a finished one.
 * @param target file or folder in the cache; a file that is there already is replaced
 * @param make returns which part of the folder becomes the target
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
    // Somebody else made the same folder meanwhile, and may be using it already.
    if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return target;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Downloads a server by the Temporal SDK's own means to the target file. */
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
 * Runs a command that may take minutes and says every few seconds that it still runs.
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
