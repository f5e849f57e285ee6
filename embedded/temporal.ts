import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msNumberToTs, optionalTsToMs } from '@temporalio/common/lib/time';
import { answers, cacheFolder, climb, downloadBySdk, intoCache, runLong } from './cache';
import { freePort, type Log, StartError, spawnChild, until, untilReady } from './children';

/** Days for which closed workflows stay visible in a namespace created here. */
export const RETENTION_DAYS = 7;

// The newest release that `go install` accepts: later ones have a replace directive.
const goPackage = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
// gRPC status codes; @grpc/grpc-js is not a dependency.
const grpc = { notFound: 5, alreadyExists: 6, permissionDenied: 7, unimplemented: 12, unauthenticated: 16 };
const dayMs = 86_400_000;

/** A Temporal development server that runs as a child of this process. */
export interface TemporalServer {
  /** Host and port of its gRPC service. */
  address: string;
  uiUrl: string;
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts Temporal's development server on a database file in the data folder, with namespace `default` ready
 * for this platform. The ports are the preferred ones or the next free ones above them.
 */
export async function startTemporal(options: {
  dataDir: string;
  /** @default 7233 */
  port?: number;
  /** @default 8233 */
  uiPort?: number;
  log: Log;
}): Promise<TemporalServer> {
  const { dataDir, log } = options;
  const folder = path.join(dataDir, 'temporal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const cli = await findTemporalCli(dataDir, log);
  const port = await freePort(options.port ?? 7233);
  const uiPort = await freePort(options.uiPort ?? 8233);
  const args = [
    ...['server', 'start-dev', '--log-level', 'warn', '--disable-config-file', '--disable-config-env'],
    ...['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--db-filename', path.join(folder, 'temporal.db')],
    // With both, a run of 300 workflows took half as long. Writes of a killed process survive; a power failure
    // can lose the last transactions of this file, never a row in PostgreSQL.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'],
  ];
  const child = await spawnChild('temporal', cli, args, { dataDir });
  const address = `127.0.0.1:${port}`;
  const connection = await untilReady('Temporal', child, 30_000, () =>
    Connection.connect({ address, connectTimeout: 1000 }),
  );
  try {
    await ensureNamespace(connection, 'default', { log, retentionDays: RETENTION_DAYS });
  } finally {
    await connection.close();
  }
  return { address, uiUrl: `http://127.0.0.1:${uiPort}`, pid: child.pid, stop: () => child.stop() };
}

/**
 * Ensures that the namespace exists. Can be repeated, also concurrently. If the credentials have no permission
 * (Temporal Cloud manages namespaces in its own UI), it only says that it must be created there.
 * @param options.retentionDays also sets how long an existing namespace keeps closed workflows; without it,
 * the setting of an existing namespace is not changed
 */
export async function ensureNamespace(
  connection: Connection,
  namespace: string,
  { log = console.log, retentionDays }: { log?: Log; retentionDays?: number } = {},
): Promise<void> {
  try {
    await createNamespace(connection, namespace, retentionDays);
    // A namespace just created, here or by another process, is not immediately visible everywhere.
    await until(`Preparing the namespace "${namespace}"`, 60_000, () =>
      connection.workflowService.countWorkflowExecutions({ namespace }),
    );
  } catch (error) {
    if (!hasCode(error, grpc.permissionDenied, grpc.unimplemented, grpc.unauthenticated)) throw error;
    log(
      `These credentials are not allowed to create the namespace "${namespace}" in Temporal (${(error as Error).message}). Create it yourself.`,
    );
  }
}

async function createNamespace(
  connection: Connection,
  namespace: string,
  retentionDays?: number,
): Promise<void> {
  const service = connection.workflowService;
  try {
    const { config } = await service.describeNamespace({ namespace });
    const current = optionalTsToMs(config?.workflowExecutionRetentionTtl);
    if (retentionDays === undefined || current === retentionDays * dayMs) return;
    const workflowExecutionRetentionTtl = msNumberToTs(retentionDays * dayMs);
    await service.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  } catch (error) {
    if (!hasCode(error, grpc.notFound)) throw error;
    const workflowExecutionRetentionPeriod = msNumberToTs((retentionDays ?? RETENTION_DAYS) * dayMs);
    await unlessThere(service.registerNamespace({ namespace, workflowExecutionRetentionPeriod }));
  }
}

/** Lets a create request succeed if another process was faster. */
async function unlessThere(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!hasCode(error, grpc.alreadyExists)) throw error;
  }
}

function hasCode(error: unknown, ...codes: number[]): boolean {
  return isGrpcServiceError(error) && codes.includes(error.code);
}

/**
 * Finds the Temporal CLI, which contains the development server; downloads or builds it if missing.
 * @throws Error that lists every way to provide it
 */
export async function findTemporalCli(dataDir: string, log: Log): Promise<string> {
  const bin = path.join(cacheFolder(), 'bin');
  const cached = path.join(bin, 'temporal');
  const given = process.env.TEMPORAL_CLI_PATH;
  if (given) {
    if (runs(given)) return given;
    throw new StartError(`TEMPORAL_CLI_PATH is ${given}, but that does not run as the Temporal CLI`);
  }
  return climb(
    'Temporal CLI',
    [
      ['`temporal` on the PATH', () => checked('temporal')],
      ['kept from an earlier start', () => checked(cached)],
      ['download', () => downloadBySdk('local', cached, { dataDir, log })],
      ['built with Go', () => buildWithGo(cached, dataDir, log)],
    ],
    'Or set TEMPORAL_CLI_PATH to the `temporal` program, or TEMPORAL_ADDRESS to a server of your own.',
    log,
  );
}

function runs(program: string): boolean {
  return answers(program, ['--version'], 'temporal version');
}

function checked(program: string): string {
  if (!runs(program)) throw new StartError(existsSync(program) ? `${program} does not run` : 'none found');
  return program;
}

async function buildWithGo(target: string, dataDir: string, log: Log): Promise<string> {
  if (!answers('go', ['version'], 'go version')) throw new StartError('`go` is not on the PATH');
  log('Building the Temporal CLI with Go. This takes some minutes, once.');
  return intoCache(target, async (folder) => {
    const env = { ...process.env, GOBIN: folder, GOTOOLCHAIN: 'local' };
    const args = ['install', '-ldflags', '-s -w', goPackage];
    await runLong('Temporal CLI build', 'go', args, { dataDir, env, log });
    return path.join(folder, 'temporal');
  });
}
