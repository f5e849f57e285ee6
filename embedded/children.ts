import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Prints one line to the terminal. */
export type Log = (line: string) => void;

/** An error fully explained by its message; the stack is not shown. */
export class StartError extends Error {
  override name = 'StartError';
}

/** A running child process. */
export interface Child {
  pid: number;
  /** Settles with the reason, such as `exit code 1`, when the process has ended. */
  exited: Promise<string>;
  /** Its output. */
  logFile: string;
  /** Stops it, and kills its process group after the grace period. */
  stop(): Promise<void>;
  /** Kills its process group immediately. */
  kill(): void;
}

interface Recorded {
  name: string;
  pid: number;
  identity: string;
  startedAt: number;
  stopSignal: NodeJS.Signals;
  graceMs: number;
}

const maxLogBytes = 20 * 1024 * 1024;

/**
 * Identifies a process among later ones with the same pid: start time and boot.
 * @returns undefined if no such process is running (a zombie is not running)
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const [state, ...started] = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .stdout.trim()
      .split(/\s+/);
    return !state || state.startsWith('Z') ? undefined : started.join(' ');
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name in parentheses can contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** All running processes with their command lines. */
export function processList(): { pid: number; command: string }[] {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' });
    return stdout.split('\n').flatMap((line) => {
      const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid && command ? [{ pid: Number(pid), command }] : [];
    });
  }
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return command ? [{ pid: Number(entry), command }] : [];
      } catch {
        return []; // It has ended in the meantime.
      }
    });
}

/**
 * Polls until the probe gives something other than undefined, false or an error.
 * @throws Error naming `what` and the last failure, after `timeoutMs`
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const result = await probe();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) {
      const reason = failure instanceof Error ? `: ${failure.message}` : '';
      throw new StartError(`${what} took longer than ${timeoutMs / 1000} s${reason}`);
    }
    await delay(50);
  }
}

/**
 * Waits until a child is ready.
 * @throws Error with the last lines of its output, if it ends or takes too long
 */
export async function untilReady<T>(
  name: string,
  child: Child,
  timeoutMs: number,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  let over = false;
  const ended = child.exited.then((reason): never => {
    over = true;
    throw new StartError(`${name} ended with ${reason} while starting`);
  });
  try {
    return await Promise.race([
      ended,
      until(`Starting ${name}`, timeoutMs, async () => over || (await probe())) as Promise<T>,
    ]);
  } catch (error) {
    throw new StartError(`${(error as Error).message}. ${lastLines(child.logFile)}`);
  }
}

/** The end of a log file with its path, shown after a failure. */
export function lastLines(logFile: string, count = 15): string {
  const text = readFileSync(logFile, 'utf8').trimEnd();
  if (!text) return `It printed nothing to ${logFile}.`;
  const lines = text.split('\n').slice(-count);
  return `The last lines of ${logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/**
 * Starts a process in a separate process group, so that Ctrl-C in a terminal reaches only this process
 * and children can be stopped in order. It is recorded in the data folder until it ends, for
 * {@link stopRecorded}. Its output goes to `<dataDir>/logs/<name>.log`.
 */
export async function spawnChild(
  name: string,
  command: string,
  args: string[],
  options: {
    dataDir: string;
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    uid?: number;
    gid?: number;
    /** @default SIGTERM */
    stopSignal?: NodeJS.Signals;
    /** Time to stop before it is killed. @default 10000 */
    graceMs?: number;
  },
): Promise<Child> {
  const { dataDir, stopSignal = 'SIGTERM', graceMs = 10_000, ...spawnOptions } = options;
  const logFile = path.join(dataDir, 'logs', `${name}.log`);
  const output = openLog(logFile);
  let child: ChildProcess;
  try {
    child = spawn(command, args, { ...spawnOptions, detached: true, stdio: ['ignore', output, output] });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  } finally {
    closeSync(output);
  }
  const pid = child.pid as number;
  const recordFile = recordFileOf(dataDir, name);
  const recorded: Recorded = {
    name,
    pid,
    identity: processIdentity(pid) ?? '',
    startedAt: Date.now(),
    stopSignal,
    graceMs,
  };
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      rmSync(recordFile, { force: true });
      resolve(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });
  mkdirSync(path.dirname(recordFile), { recursive: true });
  writeFileSync(recordFile, JSON.stringify(recorded));
  return {
    pid,
    exited,
    logFile,
    async stop() {
      await stopProcess(recorded);
      await exited;
    },
    kill: () => sendSignal(-pid, 'SIGKILL'),
  };
}

/**
 * Stops processes left by an earlier run on this data folder, last started first. A pid that now belongs
 * to another process is not touched.
 */
export async function stopRecorded(dataDir: string, log: Log): Promise<void> {
  const records = readRecords(dataDir);
  for (const recorded of records.sort((a, b) => b.startedAt - a.startedAt)) {
    if (processIdentity(recorded.pid) === recorded.identity) {
      log(`Stopping ${recorded.name} (process ${recorded.pid}) of an earlier run`);
      await stopProcess(recorded);
    }
    const file = recordFileOf(dataDir, recorded.name);
    // A later run may have recorded its own child of that name in the meantime.
    if (readRecord(file)?.pid === recorded.pid) rmSync(file, { force: true });
  }
}

/** Kills every recorded child immediately, for a user who does not want to wait. */
export function killRecorded(dataDir: string): void {
  for (const { pid, identity } of readRecords(dataDir)) {
    if (processIdentity(pid) === identity) sendSignal(-pid, 'SIGKILL');
  }
}

/**
 * Starts a small process that outlives this one and stops every recorded child when this one has ended,
 * even by SIGKILL. It ends after this process.
 * @param removeAfter a temporary folder to delete then
 */
export function startGuard(dataDir: string, removeAfter?: string): void {
  const guard = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(__dirname, 'guard.ts'), dataDir, ...(removeAfter ? [removeAfter] : [])],
    { cwd: path.dirname(__dirname), detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  // It detects the end of this process by the end of its input; it must not keep this one alive.
  guard.unref();
  guard.stdin.on('error', () => {});
  (guard.stdin as unknown as { unref(): void }).unref();
}

/** Ports that this process may use again, each kept from others by a socket. */
const reserved = new Map<number, Socket>();

/**
 * The preferred port, or the next one above it that is free on 127.0.0.1; any free port for 0. As long as this process
 * lives, no other process gets the same port here, so that two starts at once never take each other's before either
 * listens; this one gets it again, for a server that is restarted.
 * @param except ports not to take, though nothing listens on them yet
 */
export async function freePort(preferred: number, except: number[] = []): Promise<number> {
  for (let port = preferred; port <= 65_535; port += preferred && 1) {
    const found = await tryPort(port);
    if (found !== undefined && !except.includes(found) && (await reserve(found))) return found;
  }
  throw new StartError(`No port from ${preferred} on is free`);
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: found } = server.address() as { port: number };
      server.close(() => resolve(found));
    });
  });
}

/**
 * Holds the UDP port of the same number, which nothing here uses: a lock that the operating system knows by the port,
 * for all users, and takes back when this process ends in whatever way.
 * @returns false when another process holds it
 */
function reserve(port: number): Promise<boolean> {
  if (reserved.has(port)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    // Where UDP is not allowed at all, ports are as safe as without this lock.
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref();
      reserved.set(port, socket);
      resolve(true);
    });
  });
}

async function stopProcess({ name, pid, identity, stopSignal, graceMs }: Recorded): Promise<void> {
  const gone = () => processIdentity(pid) !== identity;
  if (gone()) return;
  sendSignal(pid, stopSignal);
  try {
    await until(`Stopping ${name}`, graceMs, gone);
  } catch {
    sendSignal(-pid, 'SIGKILL');
    await until(`Killing ${name}`, 10_000, gone);
  }
}

/** Sends a signal to a process, or to a group if the pid is negative; an ended process is ignored. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function openLog(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

function recordFileOf(dataDir: string, name: string): string {
  return path.join(dataDir, 'children', `${name}.json`);
}

function readRecords(dataDir: string): Recorded[] {
  const folder = path.join(dataDir, 'children');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) => readRecord(path.join(folder, file)) ?? []);
}

function readRecord(file: string): Recorded | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  } catch {
    return undefined; // Removed, or incompletely written: nothing is known about that child.
  }
}
