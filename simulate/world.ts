import { type ApiClient, ApiError, createClient } from '../cli/client';
import type { Fact, ModelDistributor, ModelWithdrawal, Moment, Period, Terms } from './model';
import type { OrderStory } from './orderStory';
import type { Servers } from './servers';

/** The system did something else than it should. Names the step in which that was seen. */
export class Finding extends Error {
  override name = 'Finding';
  constructor(
    readonly step: number,
    message: string,
  ) {
    super(message);
  }
}

/** An order and what the system has answered about it. */
export interface OrderRecord {
  story: OrderStory;
  /** When it was paid. */
  paidAt: number;
  /** Of each message that was sent, by its place in the story: the request and when it happened. */
  sent: Map<number, { path: string; body: object; at: Moment; isTimed: boolean }>;
  facts: Fact[];
  payment: 'unsent' | 'stored' | 'recorded';
  /** When that was; its end is not known while it is only stored. */
  recorded: Moment;
  /** Steps that had to do with it. */
  steps: Set<number>;
}

export interface WithdrawalRecord extends ModelWithdrawal {
  id: string;
  distributor: ModelDistributor;
  steps: Set<number>;
}

export interface RunRecord {
  id: string;
  approvalsNeeded: number;
  proposer: number;
  decision?: 'approved' | 'rejected';
  steps: Set<number>;
}

export interface BatchRecord {
  id: string;
  /** What the confirmation listed; undefined while it is not confirmed. */
  failed?: Set<string>;
}

export interface ApplicationRecord {
  id: string;
  state: 'in_review' | 'changes_requested' | 'approved' | 'rejected' | 'withdrawn';
  deadline?: number;
  steps: Set<number>;
}

/** A hold on a commission; those without an end are open. */
export interface HoldRecord extends Period {
  reason: string;
}

/** What was told to the system, and what it answered: all that the model needs to know. */
export interface World {
  servers: Servers;
  api: { admin: ApiClient; shop: ApiClient; finance: [ApiClient, ApiClient]; compliance: ApiClient };
  distributors: ModelDistributor[];
  plans: { id: number; terms: Terms; activated: Moment }[];
  orders: Map<string, OrderRecord>;
  /** By the step that made them; those of a second message of that step come after it. */
  withdrawals: Map<number, WithdrawalRecord[]>;
  runs: Map<number, RunRecord[]>;
  applications: Map<number, ApplicationRecord>;
  batches: BatchRecord[];
  /** By id of the commission. */
  holds: Map<string, HoldRecord[]>;
}

/** An answer of the API: `ok`, or the code of its refusal. */
export interface Answer<Body> {
  code: string;
  body: Body;
  at: Moment;
  message: string;
}

export interface Message {
  path: string;
  body: object;
  key: string;
}

/** How long a shop goes on sending a message that is not answered. */
const PATIENCE_MS = 240_000;

/** A client of one person or program, who sends a message until it is answered. */
export function clientOf(servers: Servers, key: string): ApiClient {
  return createClient({
    url: servers.apiUrl,
    key,
    patienceMs: PATIENCE_MS,
    timeoutMs: 30_000,
    maxInFlight: 64,
  });
}

/**
 * Sends a message until it is answered, as one with an `Idempotency-Key` may be.
 * @throws Finding for an answer that no message may get
 */
export async function post<Body>(
  client: ApiClient,
  step: number,
  { path, body, key }: Message,
): Promise<Answer<Body>> {
  const sent = Date.now();
  try {
    const answer = await client.request<Body>('POST', path, { body, headers: { 'Idempotency-Key': key } });
    return { code: 'ok', body: answer, at: { sent, answered: Date.now() }, message: '' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw new Finding(step, `POST ${path}: ${(error as Error).message}`);
    if (error.status >= 500 || error.status === 400 || error.status === 404) {
      throw new Finding(step, `POST ${path} answered ${error.status} ${error.code}: ${error.message}`);
    }
    const at = { sent, answered: Date.now() };
    return { code: error.code, body: undefined as Body, at, message: error.message };
  }
}

/** Reads. @returns null where there is no such thing */
export async function read<Body>(client: ApiClient, step: number, path: string): Promise<Body | null> {
  try {
    return await client.request<Body>('GET', path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw new Finding(step, `GET ${path}: ${(error as Error).message}`);
  }
}

/** All entries of a list. */
export async function readAll<Item>(client: ApiClient, path: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of client.list<Item>(path)) items.push(item);
  return items;
}

/** Work on one thing goes one after the other; a race is a step of its own, which sends its messages at once. */
export function createTurns(): <T>(names: string[], work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (names, work) => {
    // All at once, so that two that wait for two things each never wait for each other.
    const before = names.map((name) => last.get(name));
    let done = () => {};
    const own = new Promise<void>((resolve) => {
      done = resolve;
    });
    for (const name of names) last.set(name, own);
    await Promise.all(before);
    try {
      return await work();
    } finally {
      done();
    }
  };
}
