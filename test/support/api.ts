import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { type Activities, createActivities } from '../../activities';
import { createApp } from '../../api/app';
import { endpointsFor } from '../../api/endpoints';
import type { ApiContext, Endpoint } from '../../api/http/endpoint';
import { everyScope, hashKey } from '../../api/identity/authentication';
import { createPool } from '../../database/pool';
import type { Role } from '../../domain/roles';
import { createLogger } from '../../log';
import { PrismaClient } from '../../prisma/client/client';
import { noteFailures } from '../../temporal/failingActivities';
import { activityContext, type TestSettings, testConfig } from './config';
import { createDatabase } from './database';
import './runtime';

/** Every endpoint there is. */
export const endpoints = endpointsFor(new Registry());

/** An answer of the API, with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed, where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

export interface Request {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestApi {
  url: string;
  context: ApiContext;
  /** Lines that were logged. */
  logged: string[];
  call(method: string, path: string, request?: Request): Promise<Answer>;
  /** Makes a user of this role with a key, and returns the key's text. */
  keyFor(role: Role, scopes?: string[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the real API on a new database. Every JSON answer is held against what the endpoint documents.
 * @param settings differing from those of `testConfig`
 * @param servers other than the run's: a migrated database, which is left, and a Temporal
 */
export async function startApi(
  settings: TestSettings = {},
  servers?: { databaseUrl: string; temporalAddress: string },
): Promise<TestApi> {
  const database = servers ? { url: servers.databaseUrl, drop: async () => {} } : await createDatabase();
  const address = servers?.temporalAddress ?? process.env.TEST_TEMPORAL_ADDRESS;
  const config = testConfig({ DATABASE_URL: database.url, DATABASE_POOL: '8', ...settings });
  const logged: string[] = [];
  const log = createLogger(config, 'test', { write: (line: string) => void logged.push(line) });
  const pool = createPool(database.url, config.DATABASE_POOL, () => {});
  const connection = Connection.lazy({ address });
  const context: ApiContext = {
    pool,
    prisma: new PrismaClient({ adapter: new PrismaPg(pool) }),
    temporal: new Client({ connection, namespace: process.env.TEST_TEMPORAL_NAMESPACE }),
    config,
    log,
    phase: () => 'running',
  };
  const server = createServer(createApp(context));
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    context,
    logged,
    call: (method, path, request) => call(url, method, path, request),
    keyFor: (role, scopes = [everyScope]) => makeKey(context, role, scopes),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await context.prisma.$disconnect();
      await Promise.all([pool.end(), connection.close()]);
      await database.drop();
    },
  };
}

/**
 * Starts a worker for the workflows that this API calls.
 * @param wrap stands between Temporal and the activities, to let them fail
 * @returns how to stop it
 */
export async function startWorker(
  { config, pool, log }: ApiContext,
  address = process.env.TEST_TEMPORAL_ADDRESS,
  wrap: (activities: Activities) => Activities = (activities) => activities,
): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! },
    activities: wrap(createActivities(activityContext(pool, config))),
    interceptors: { activity: [noteFailures(pool, log)] },
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
    await connection.close();
  };
}

async function call(
  url: string,
  method: string,
  path: string,
  { key, body, headers = {} }: Request = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(key && { Authorization: `Bearer ${key}` }),
      ...(body !== undefined && {
        'Content-Type': isRaw(body) ? 'application/octet-stream' : 'application/json',
      }),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' || isRaw(body) ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  const answer = {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
  checkDocumented(method, path, answer);
  return answer;
}

const isRaw = (body: unknown): body is Uint8Array<ArrayBuffer> => body instanceof Uint8Array;

/** An answer that the documents do not know, or of another shape than they say, fails the test. */
function checkDocumented(method: string, path: string, { status, body, headers }: Answer): void {
  const endpoint = endpoints.find(
    (one) => one.method === method.toLowerCase() && matches(one, path.split('?')[0]!),
  );
  if (!endpoint || headers.get('content-type')?.includes('problem+json')) return;
  const documented = endpoint.responses[status];
  if (!documented) throw new Error(`${method} ${path} answered ${status}, which is not documented`);
  if (body === undefined || !documented.schema) return;
  const result = documented.schema.safeParse(body);
  if (!result.success) {
    throw new Error(`${method} ${path} answered other than documented: ${result.error.message}`);
  }
}

function matches({ path }: Endpoint, actual: string): boolean {
  const pattern = path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(actual);
}

async function makeKey({ pool }: ApiContext, role: Role, scopes: string[]): Promise<string> {
  const userId = uuidv7();
  const text = `test-key-${uuidv7()}`;
  const distributorId = role === 'distributor' ? await makeDistributor({ pool }) : null;
  await pool.query('INSERT INTO users (id, email, name, role, distributor_id) VALUES ($1, $2, $3, $4, $5)', [
    userId,
    `${userId}@test.invalid`,
    `test ${role}`,
    role,
    distributorId,
  ]);
  await pool.query(
    'INSERT INTO api_keys (id, user_id, name, secret_hash, scopes) VALUES ($1, $2, $3, $4, $5)',
    [uuidv7(), userId, 'test', hashKey(text), scopes],
  );
  return text;
}

/** Adds an approved distributor without the process that would approve one. */
export async function makeDistributor({ pool }: Pick<ApiContext, 'pool'>): Promise<string> {
  const [id, applicationId] = [uuidv7(), uuidv7()];
  const hash = Buffer.from(id.replaceAll('-', ''), 'hex');
  await pool.query(
    `INSERT INTO applications (id, state, policy, kind, name, email, phone, channels, region, identity_number_sealed,
       identity_number_hash, identity_number_masked, bank_account_sealed, bank_account_hash, bank_account_masked,
       bank_account_holder, bank_name, phone_hash, fingerprint, submitted_at)
     VALUES ($1, 'approved', '{}', 'person', 'Test', 'd@test.invalid', '0', '{}', 'CN', '', $2, '', '', $2, '', '', '', $2, $2, now())`,
    [applicationId, hash],
  );
  await pool.query(
    `INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, tier,
       identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name)
     VALUES ($1, $2, $3, 'person', 'Test', 'd@test.invalid', '0', '{}', 'CN', 'standard', $4, '', '', '', '')`,
    [id, applicationId, id.slice(-12), hash],
  );
  return id;
}
