import type { ServerResponse } from 'node:http';
import * as otel from '@opentelemetry/api';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { v7 as uuidv7 } from 'uuid';
import { createSealer } from '../database/sealing';
import { endpointsFor } from './endpoints';
import { serveConsole } from './http/console';
import type { ApiContext, Endpoint, Principal, UncheckedCall } from './http/endpoint';
import { toProblem } from './http/failures';
import { checkFileHeaders, receiveFile } from './http/file';
import { claim, idempotencyKey, isFinal, keepAnswer, resourceIdOf } from './http/idempotency';
import { bodyReader, parseInput } from './http/input';
import { createMetrics, type Metrics } from './http/metrics';
import { notFound, Problem, unavailable } from './http/problem';
import { render, send, sendText, type TextAnswer } from './http/reply';
import { databaseAnswers, watchServer } from './http/stall';
import { authenticate, authorize, hasCredentials } from './identity/authentication';

/** Data of a request while it is handled. */
interface Progress {
  requestId: string;
  endpoint?: Endpoint;
  principal?: Principal;
}

// Marks an answer without touching `res.locals`, which has no types.
const progresses = new WeakMap<ServerResponse, Progress>();

function progressOf(res: Response): Progress {
  return progresses.get(res)!;
}

/**
 * Only what this server sends is run or loaded. Inline styles are allowed: the console's components write theirs at
 * run time. So is WebAssembly, whose code comes from this server as well: the viewer decodes scans with it.
 */
const contentSecurity = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  frameAncestors: ["'none'"],
  // Plain HTTP inside a private network is the operator's decision, so HTTPS is not enforced.
  upgradeInsecureRequests: null,
};

/** Builds the API. It opens no connections: the context holds all of them. */
export function createApp(context: ApiContext): Express {
  const metrics = createMetrics(context);
  const app = express();
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);
  app.set('trust proxy', context.config.TRUST_PROXY ? 1 : false);
  app.use(track(context, metrics));
  app.use(helmet({ contentSecurityPolicy: { directives: contentSecurity } }));

  const limits = createLimits(context);
  const read = bodyReader(context.config.API_BODY_LIMIT);
  const byPath = new Map<string, Endpoint[]>();
  for (const endpoint of endpointsFor(metrics.registry)) {
    byPath.set(endpoint.path, [...(byPath.get(endpoint.path) ?? []), endpoint]);
  }
  // A fixed path is matched before one with a parameter in its place.
  const paths = [...byPath.keys()].sort((a, b) =>
    a.replaceAll('{', '\uffff') < b.replaceAll('{', '\uffff') ? -1 : 1,
  );
  for (const path of paths) {
    const route = app.route(path.replace(/\{(\w+)\}/g, ':$1'));
    const methods = byPath.get(path)!;
    for (const endpoint of methods) {
      const reader = endpoint.takesFile ? [] : [read];
      route[endpoint.method](admit(context, endpoint, limits, metrics), ...reader, answer(context, endpoint));
    }
    route.all(refuseMethod(methods.map(({ method }) => method.toUpperCase())));
  }
  app.use(serveConsole());
  app.use((req) => {
    throw notFound(`The address ${req.path}`);
  });
  app.use(answerFailure(context));
  return app;
}

/** Gives the request an id, and records in log and metrics how it ended. */
function track(context: ApiContext, metrics: Metrics): RequestHandler {
  const { log } = context;
  return (req, res, next) => {
    const given = req.get('x-request-id');
    const requestId = given && /^[\w.:-]{1,128}$/.test(given) ? given : uuidv7();
    const progress: Progress = { requestId };
    progresses.set(res, progress);
    res.set('X-Request-Id', requestId);
    const start = performance.now();
    metrics.inFlight.inc();
    const stopWatching = watchServer(
      () => databaseAnswers(context),
      () => giveUp(res, requestId),
    );
    res.once('close', () => {
      stopWatching();
      metrics.inFlight.dec();
      const durationMs = performance.now() - start;
      // An unknown path would make a metric series of its own for each guess.
      const route = progress.endpoint?.path ?? 'unknown';
      const status = res.writableFinished ? res.statusCode : 499;
      metrics.requests.observe(
        { method: req.method, route, status: `${Math.floor(status / 100)}xx` },
        durationMs / 1000,
      );
      log[status >= 500 ? 'error' : 'info'](
        {
          requestId,
          method: req.method,
          route,
          // Ids only; neither query nor body, which may hold what must not be logged.
          ids: progress.endpoint?.params && status < 400 ? loggedIds(req.params) : undefined,
          status,
          durationMs: Math.round(durationMs),
          userId: progress.principal?.userId,
        },
        'request',
      );
    });
    trace(req, res, progress, next);
  };
}

// Longer than any ID of the shop. A number can have any count of leading zeros.
const maxLoggedLength = 100;

function loggedIds(params: Request['params']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, id]) => [name, String(id).slice(0, maxLoggedLength)]),
  );
}

/** Ends a request that waits for a database which does not answer. What it asked for may still be done. */
function giveUp(res: Response, requestId: string): void {
  // Of an answer that has begun, breaking the connection is the only way left to show that it is incomplete.
  if (res.headersSent) res.destroy();
  else sendText(res, renderProblem(unavailable('The database is not responding.'), requestId));
}

const tracer = otel.trace.getTracer('tributary');

/** Makes the request a span, below the caller's where it names one. Costs nothing while tracing is off. */
function trace(req: Request, res: Response, progress: Progress, next: () => void): void {
  const caller = otel.propagation.extract(otel.context.active(), req.headers);
  const span = tracer.startSpan(req.method, { kind: otel.SpanKind.SERVER }, caller);
  res.once('close', () => {
    const route = progress.endpoint?.path ?? 'unknown';
    span.updateName(`${req.method} ${route}`);
    span.setAttributes({
      'http.request.method': req.method,
      'http.route': route,
      'http.response.status_code': res.statusCode,
      'tributary.request_id': progress.requestId,
    });
    if (res.statusCode >= 500) span.setStatus({ code: otel.SpanStatusCode.ERROR });
    span.end();
  });
  otel.context.with(otel.trace.setSpan(caller, span), next);
}

interface Limits {
  ofKey: RequestHandler;
  ofAddress: RequestHandler;
}

/** Each process counts for itself: behind a load balancer the limits are that many times higher. */
function createLimits({ config }: ApiContext): Limits {
  const limit = (perMinute: number, keyOf: (req: Request, res: Response) => string) =>
    rateLimit({
      windowMs: 60_000,
      limit: perMinute,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      keyGenerator: keyOf,
      // Without a trusted proxy the header is ignored, so a client that sends it needs no warning.
      validate: { xForwardedForHeader: false },
      // The library has set Retry-After by now.
      handler: (_req, _res, next) => {
        next(
          new Problem({
            status: 429,
            code: 'too_many_requests',
            detail: `Max ${perMinute} requests per minute. Wait as long as Retry-After says.`,
          }),
        );
      },
    });
  return {
    ofKey: limit(config.API_RATE_LIMIT, (_req, res) => progressOf(res as Response).principal!.keyId),
    ofAddress: limit(60, (req) => ipKeyGenerator(req.ip ?? 'unknown')),
  };
}

// Asked by machines every few seconds, and cheap.
const unlimited = new Set(['/healthz', '/readyz', '/metrics']);

/** Checks permission and rate limit of the caller. */
function admit(context: ApiContext, endpoint: Endpoint, limits: Limits, metrics: Metrics): RequestHandler {
  return async (req, res, next) => {
    const progress = progressOf(res);
    progress.endpoint = endpoint;
    const isPublic = endpoint.roles === 'public';
    if (isPublic && !(endpoint.scope !== undefined && hasCredentials(req))) {
      if (unlimited.has(endpoint.path)) next();
      else await limits.ofAddress(req, res, next);
      return;
    }
    try {
      progress.principal = await authenticate(context, req);
      // Already answered with "retry later": nothing more is started.
      if (res.headersSent) return;
      if (!progress.principal) authorize(undefined, endpoint);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The cookie of an ended session does not block a public endpoint.
      if (isPublic && error.code === 'session_ended') {
        await limits.ofAddress(req, res, next);
        return;
      }
      if (error.code === 'key_not_valid') metrics.rejectedKeys.inc();
      // Guessing is throttled by client address.
      await limits.ofAddress(req, res, (limited) => next(limited ?? error));
      return;
    }
    await limits.ofKey(req, res, (limited) => {
      if (limited) {
        next(limited);
        return;
      }
      authorize(progress.principal, endpoint);
      // The browser's cache must not keep answers for the next user.
      if (progress.principal?.sessionId) res.set('Cache-Control', 'no-store');
      next();
    });
  };
}

/** Checks the input, receives a file where the endpoint takes one, and answers. */
function answer(context: ApiContext, endpoint: Endpoint): RequestHandler {
  return async (req, res) => {
    const { requestId, principal } = progressOf(res);
    const takesKey = endpoint.method === 'post' && !endpoint.secretBody;
    const key = takesKey ? idempotencyKey(req) : undefined;
    const call = { ...parseInput(endpoint, req), principal, context, requestId, req };
    if (!endpoint.takesFile) {
      await answerCall(endpoint, call, key, res);
      return;
    }
    await endpoint.takesFile.admit(call);
    checkFileHeaders(req, endpoint.takesFile.maxBytes);
    const file = await receiveFile(req, createSealer(context.config));
    try {
      await answerCall(endpoint, { ...call, file }, key, res);
    } finally {
      await file.discard();
    }
  };
}

/** Calls the handler, once for all repeats of a request, and sends what it answers. */
async function answerCall(
  endpoint: Endpoint,
  call: Omit<UncheckedCall, 'resourceId'>,
  key: string | undefined,
  res: Response,
): Promise<void> {
  const { req, context, principal, requestId, file } = call;
  if (!key || !principal) {
    const resourceId = key ? resourceIdOf(createSealer(context.config), key, req) : uuidv7();
    await send(res, await endpoint.handler({ ...call, resourceId }));
    return;
  }
  const body: unknown = file ? { query: call.query, hash: file.hash } : req.body;
  const claimed = await claim(context.pool, principal, key, req, body, uuidv7());
  if (claimed.answer) {
    sendText(res.set('Idempotent-Replayed', 'true'), claimed.answer);
    return;
  }
  const { text, keep } = await attempt(context, requestId, () =>
    endpoint.handler({ ...call, resourceId: claimed.resourceId }),
  );
  sendText(res, keep ? await keepAnswer(context.pool, principal, key, text) : text);
}

/** Runs a handler whose answer, success or refusal, may have to be kept for repeats. */
async function attempt(
  context: ApiContext,
  requestId: string,
  run: () => ReturnType<Endpoint['handler']>,
): Promise<{ text: TextAnswer; keep: boolean }> {
  try {
    const reply = await run();
    return { text: render(reply), keep: reply.keep !== false && isFinal(reply.status) };
  } catch (error) {
    const problem = toProblem(error, context.log.child({ requestId }));
    return { text: renderProblem(problem, requestId), keep: isFinal(problem.status) };
  }
}

function renderProblem(problem: Problem, requestId: string): TextAnswer {
  return {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...problem.headers },
    text: JSON.stringify(problem.toBody(requestId)),
  };
}

function refuseMethod(methods: string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (req, res) => {
    if (req.method === 'OPTIONS') {
      res.status(204).set('Allow', allow).end();
      return;
    }
    throw new Problem({
      status: 405,
      code: 'method_not_allowed',
      detail: `${req.method} is not allowed here; allowed: ${allow}.`,
      headers: { Allow: allow },
    });
  };
}

// Express recognises error handlers by their four parameters.
function answerFailure(context: ApiContext): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    if (res.writableEnded) return;
    const { requestId } = progressOf(res);
    const problem = toProblem(error, context.log.child({ requestId }));
    if (res.headersSent) {
      // The answer has begun; breaking the connection is the only way left to show that it is incomplete.
      res.destroy();
      return;
    }
    sendText(res, renderProblem(problem, requestId));
  };
}
