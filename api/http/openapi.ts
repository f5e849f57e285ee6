import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { version } from '../../package.json';
import { CONSOLE_HEADER, SESSION_COOKIE } from '../identity/sessions';
import type { Endpoint } from './endpoint';

const problemSchema = z
  .object({
    type: z.string().describe('Identifies the problem type; opens a page that explains it.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong with this request and how to fix it.'),
    instance: z.string().describe('The request ID, to find the request in the logs.'),
    errors: z
      .array(
        z.object({ pointer: z.string().describe('JSON pointer to the invalid field.'), detail: z.string() }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });

const problemContent = { 'application/problem+json': { schema: problemSchema } };

/** The OpenAPI 3.1 description of these endpoints, from the very schemas that check their requests. */
export function openApiOf(endpoints: readonly Endpoint[]): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operationOf(endpoint) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tributary',
      version,
      description: 'Operations of a distribution channel: applications, orders, commissions, withdrawals.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }, { session: [] }],
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', bearerFormat: 'API key' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: `A signed-in person. Methods other than GET and HEAD also require the header "${CONSOLE_HEADER}: 1".`,
        },
      },
    },
    paths,
  });
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { method, roles, scope, params, query, body } = endpoint;
  const isPublic = roles === 'public';
  const takesKey = method === 'post' && scope !== undefined && !endpoint.secretBody;
  return {
    operationId: operationId(endpoint),
    summary: endpoint.summary,
    description: [
      endpoint.description,
      isPublic
        ? `Needs no key.${scope ? ` A key that is sent needs the scope ${scope}.` : ''}`
        : `Roles: ${roles.join(', ')}. Scope: ${scope}.`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    tags: [endpoint.tag],
    ...(isPublic && { security: scope ? [{ key: [] }, { session: [] }, {}] : [] }),
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      ...(takesKey && { header: z.object({ 'Idempotency-Key': idempotencyHeader }) }),
    },
    ...(body && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: body } },
      },
    }),
    ...(endpoint.takesFile && {
      requestBody: {
        required: true,
        description: `The file itself, up to ${endpoint.takesFile.maxBytes} bytes, with its Content-Length.`,
        content: { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(endpoint.responses).map(([status, { description, schema, contentType }]) => [
          status,
          {
            description,
            ...(schema && { content: { [contentType ?? 'application/json']: { schema } } }),
          },
        ]),
      ),
      ...(!isPublic && {
        '401': { description: 'No key, or a key that is not valid.', content: problemContent },
        '403': { description: 'The role or the scope is missing.', content: problemContent },
      }),
      default: {
        description: `A problem.${endpoint.errors?.length ? ` Particular to this call: ${endpoint.errors.join(', ')}.` : ''}`,
        content: problemContent,
      },
    },
    'x-roles': roles,
    'x-scope': scope,
    'x-errors': endpoint.errors,
    'x-audit': endpoint.audit,
  };
}

const idempotencyHeader = z
  .string()
  .min(1)
  .max(255)
  .optional()
  .describe('A repeat with the same key and body gets the same response. Stored for at least 30 days.');

/** `post /v1/orders/{id}/returns` as a name for generated clients: `postOrdersIdReturns`. */
function operationId({ method, path }: Endpoint): string {
  const words = path
    .replace(/^\/v1\//, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
