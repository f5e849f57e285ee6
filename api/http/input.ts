import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import type { Endpoint } from './endpoint';
import { type FieldError, notFound, Problem } from './problem';

/** Reads a JSON body up to a size such as `256kb`; what it cannot read becomes a problem answer. */
export function bodyReader(limit: string): RequestHandler {
  const json = express.json({ limit, strict: false, type: 'application/json', verify: refuseOtherBytes });
  return (req, res, next) => {
    // Clients send "Content-Length: 0" with a POST that has no body, and then no type.
    const hasBody =
      req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0;
    if (hasBody && !req.is('application/json')) {
      throw new Problem({
        status: 415,
        code: 'content_type_not_supported',
        detail: 'Send the body as JSON, with "Content-Type: application/json".',
        headers: { 'Accept-Post': 'application/json' },
      });
    }
    json(req, res, next);
  };
}

/** Without this check, different names in another encoding would become the same replacement characters. */
function refuseOtherBytes(_req: unknown, _res: unknown, bytes: Buffer, encoding: string): void {
  if (encoding !== 'utf-8' || isUtf8(bytes)) return;
  throw new Problem({
    status: 400,
    code: 'request_malformed',
    detail: 'The body is not UTF-8. Send JSON in UTF-8 (RFC 8259, section 8.1).',
  });
}

// Deeper than any schema here; bounds the recursion below, where a hostile body could exhaust the stack.
const deepest = 32;

/**
 * Finds what no schema checks and PostgreSQL cannot store: NUL characters, and halves of surrogate pairs, which
 * have no form in UTF-8. Also bounds the depth.
 */
function findUnstorable(value: unknown, pointer: string, depth: number): FieldError | undefined {
  if (typeof value === 'string') return unstorableText(value, pointer);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === deepest) return { pointer, detail: `is nested deeper than ${deepest} levels` };
  for (const [key, item] of Object.entries(value)) {
    const at = `${pointer}/${escapePointer(key)}`;
    const found = unstorableText(key, at) ?? findUnstorable(item, at, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** Why PostgreSQL could not store a text; undefined where it can. */
export function unstorableText(text: string, pointer: string): FieldError | undefined {
  if (text.includes('\0')) return { pointer, detail: 'contains a NUL character, which cannot be stored' };
  if (/\p{Surrogate}/u.test(text))
    return { pointer, detail: 'contains half a surrogate pair, which is not valid text' };
  return undefined;
}

/** One part of a JSON pointer (RFC 6901). */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Checks path, query and body of a request against its endpoint's schemas.
 * @throws Problem 404 for a path, 400 for a query and 422 for a body that they do not allow
 */
export function parseInput(
  endpoint: Endpoint,
  req: Request,
): { params: unknown; query: unknown; body: unknown } {
  const params = endpoint.params?.safeParse(req.params);
  const unstorable = findUnstorable(req.params, '', 0);
  if (unstorable || params?.success === false) throw notFound(req.path);

  const query = endpoint.query?.safeParse(req.query);
  const queryFault = findUnstorable(req.query, '', 0);
  if (queryFault || query?.success === false) {
    const errors = queryFault ? [queryFault] : fieldErrors(query?.error);
    throw new Problem({ status: 400, code: 'query_not_valid', detail: summarize('query', errors), errors });
  }
  return { params: params?.data, query: query?.data, body: parseBody(endpoint, req) };
}

function parseBody(endpoint: Endpoint, req: Request): unknown {
  // What a GET carries has no meaning (RFC 9110, 9.3.1); elsewhere a body that is not expected is a mistake.
  if (endpoint.method === 'get' || endpoint.takesFile) return undefined;
  // No body is the same as an empty one if every field is optional. A null is neither.
  const given: unknown = req.body === undefined ? {} : req.body;
  const fault = findUnstorable(given, '', 0);
  if (fault) throw bodyNotValid([fault]);
  if (!endpoint.body) {
    const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
    if (!isObject) throw bodyNotValid([{ pointer: '', detail: 'is not expected: send no body' }]);
    const names = Object.keys(given);
    if (!names.length) return undefined;
    throw bodyNotValid(
      names.map((name) => ({ pointer: `/${escapePointer(name)}`, detail: 'is not a known field' })),
    );
  }
  const body = endpoint.body.safeParse(given);
  if (!body.success) throw bodyNotValid(fieldErrors(body.error));
  return body.data;
}

function bodyNotValid(errors: FieldError[]): Problem {
  return new Problem({ status: 422, code: 'body_not_valid', detail: summarize('body', errors), errors });
}

function summarize(part: string, errors: FieldError[]): string {
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  return `The ${part} is not valid: ${first?.pointer || 'it'} ${first?.detail}${more}.`;
}

// More errors than this do not help the reader, and a hostile body could cause thousands.
const mostErrors = 50;

/** The errors of a schema, field by field, with JSON pointers. */
export function fieldErrors(error: z.ZodError | undefined): FieldError[] {
  return (error?.issues ?? []).flatMap((issue) => flatten(issue, '')).slice(0, mostErrors);
}

function flatten(issue: z.core.$ZodIssue, base: string): FieldError[] {
  const pointer = base + issue.path.map((part) => `/${escapePointer(String(part))}`).join('');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: `${pointer}/${escapePointer(key)}`,
      detail: 'is not a known field',
    }));
  }
  // Of a union, the branch with the fewest errors is the one that was meant.
  if (issue.code === 'invalid_union' && issue.errors.length) {
    const nearest = issue.errors.reduce((a, b) => (b.length < a.length ? b : a));
    if (nearest.length) return nearest.flatMap((inner) => flatten(inner, pointer));
  }
  return [{ pointer, detail: issue.message }];
}
