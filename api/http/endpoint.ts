import type { Readable } from 'node:stream';
import type { Client } from '@temporalio/client';
import type { Request } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Config } from '../../config';
import type { Pool } from '../../database/pool';
import type { AuditAction } from '../../domain/journal';
import type { RefusalCode } from '../../domain/refusals';
import type { Role } from '../../domain/roles';
import { ROLES } from '../../domain/roles';
import type { PrismaClient } from '../../prisma/client/client';
import type { ReceivedFile } from './file';

export const roleSchema = z.enum(ROLES);

/** Who makes a request: a user, by one of the user's keys or signed in with a session. */
export interface Principal {
  userId: string;
  name: string;
  role: Role;
  /** Set exactly when the role is distributor: such a user sees only what belongs to this distributor. */
  distributorId: string | null;
  /** What the key may be used for; `*` stands for everything its user's role may do. */
  scopes: string[];
  /** Names the key in logs and limits; `session:<id>` for a session. */
  keyId: string;
  /** Set where a person is signed in. */
  sessionId?: string;
  /** Whether a code of the person's second factor was given in this session. */
  secondFactor?: boolean;
  /** Set for a key with which a machine, such as the shop, makes requests and not a person. */
  machine?: boolean;
}

/** What request handlers need from the outside. */
export interface ApiContext {
  pool: Pool;
  prisma: PrismaClient;
  temporal: Client;
  config: Config;
  log: Logger;
  /** The phase of this process. It is ready only while it runs. */
  phase(): 'starting' | 'running' | 'stopping';
}

/** The answer of a handler. */
export interface Reply {
  status: number;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of a body. */
  raw?: { contentType: string; content: string | Readable };
  headers?: Record<string, string | string[]>;
  /**
   * False for an answer that must not be kept for repeats of the request because it holds a secret. The handler must
   * then itself recognise a repeat by its `resourceId`.
   * @default true
   */
  keep?: boolean;
}

/** A documented answer. */
export interface ResponseSpec {
  description: string;
  schema?: z.ZodType;
  /** @default 'application/json' */
  contentType?: string;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The checked input of a handler. */
export interface Call<Roles, Params, Query, Body> {
  params: Parsed<Params>;
  query: Parsed<Query>;
  body: Parsed<Body>;
  /** A public endpoint that names a scope has one where the caller sent a key. */
  principal: Roles extends 'public' ? Principal | undefined : Principal;
  context: ApiContext;
  /**
   * Id (UUID version 7) for what a POST makes. Under an `Idempotency-Key` it stays the same over repeats, so that
   * a repeat after a crash between any two lines makes the same record again and not a second one.
   */
  resourceId: string;
  requestId: string;
  req: Request;
  /** The file that an endpoint takes as its body. */
  file?: ReceivedFile;
}

/** Why a call that is no GET writes no audit entry. */
interface Unaudited {
  none: string;
}

/**
 * The audit entries of a call: of each change that a person makes one is written in the transaction of the change. One
 * of these actions, or several, as far as something changes. A GET has none unless it reveals something.
 */
type Audited =
  | { method: 'get'; audit?: readonly AuditAction[] }
  | { method: 'post' | 'put' | 'patch' | 'delete'; audit: readonly AuditAction[] | Unaudited };

interface Spec<Roles, Params, Query, Body> {
  /** With parameters in braces, such as `/v1/orders/{id}`. */
  path: string;
  summary: string;
  /** What the caller should know beyond the summary. */
  description?: string;
  tag: string;
  /** Roles that may call it; `public` needs no key, but takes one where it names a scope. */
  roles: Roles;
  /** Scope the key needs, such as `orders:read`. Left out only where it is public. */
  scope?: string;
  params?: Params;
  query?: Query;
  /** Use `z.strictObject` at every depth, so that a misspelt field is refused by name. */
  body?: Body;
  responses: Record<number, ResponseSpec>;
  /**
   * Its body has a password or code. An Idempotency-Key is ignored, because the fast hash of the body that is kept
   * with it would give the password to anyone with access to the database.
   * @default false
   */
  secretBody?: boolean;
  /** Its body is a file and not JSON. */
  takesFile?: {
    maxBytes: number;
    /** Refuses who may not send one, before any of it is read. */
    admit: (
      call: Omit<Call<Roles, Params, Query, undefined>, 'body' | 'resourceId' | 'file'>,
    ) => Promise<void>;
  };
  /** Codes of the problems that are particular to it. */
  errors?: readonly RefusalCode[];
  handler: (call: Call<Roles, Params, Query, Body>) => Promise<Reply>;
}

/** One endpoint without the types of its inputs, for router, checks and documents. */
export interface Endpoint
  extends Omit<
    Spec<readonly Role[] | 'public', z.ZodObject, z.ZodObject, z.ZodType>,
    'handler' | 'takesFile'
  > {
  method: Audited['method'];
  audit?: Audited['audit'];
  handler: (call: UncheckedCall) => Promise<Reply>;
  takesFile?: { maxBytes: number; admit: (call: Omit<UncheckedCall, 'resourceId'>) => Promise<void> };
}

/** A call as the router makes it: the schemas have been applied, but their types are not known there. */
export interface UncheckedCall
  extends Omit<
    Call<readonly Role[] | 'public', undefined, undefined, undefined>,
    'params' | 'query' | 'body' | 'principal'
  > {
  params: unknown;
  query: unknown;
  body: unknown;
  principal: Principal | undefined;
}

/**
 * Declares an endpoint: route, permission, validation and documentation in one place. Unknown query parameters are
 * refused unless the schema is a loose one, unknown fields at the top of the body whatever the schema says.
 */
export function endpoint<
  const Roles extends readonly Role[] | 'public',
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(spec: Spec<Roles, Params, Query, Body> & Audited): Endpoint {
  if (spec.roles !== 'public' && !spec.scope)
    throw new TypeError(`${spec.method} ${spec.path} names no scope`);
  return {
    ...spec,
    params: spec.params?.strict(),
    // A callback endpoint cannot choose its parameters, and says so with `z.looseObject`.
    query: spec.query?.def.catchall ? spec.query : (spec.query?.strict() ?? z.strictObject({})),
    body: spec.body instanceof z.ZodObject ? spec.body.strict() : spec.body,
    // The router has parsed the inputs with this very spec's schemas, which is what their types say.
    handler: spec.handler as unknown as Endpoint['handler'],
    takesFile: spec.takesFile as unknown as Endpoint['takesFile'],
  };
}
