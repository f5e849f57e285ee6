import { z } from 'zod';
import { type RefusalCode, refusals } from '../../domain/refusals';
import { type Endpoint, endpoint, type Reply } from './endpoint';
import { openApiOf } from './openapi';
import { notFound } from './problem';
import { problemPage, type ReferenceDocument, referencePage } from './reference';

const html = (content: string): Reply => ({
  status: 200,
  raw: { contentType: 'text/html; charset=utf-8', content },
});

const pageResponse = { 200: { description: 'A page.', contentType: 'text/html', schema: z.string() } };

/** The description of these endpoints, for machines and for people. */
export function documentEndpoints(described: readonly Endpoint[]): Endpoint[] {
  const document = openApiOf(described);
  const openApi = JSON.stringify(document);
  // zod-openapi's own types allow for all that OpenAPI does; the page knows what this API uses of it.
  const reference = referencePage(document as unknown as ReferenceDocument);
  return [
    endpoint({
      method: 'get',
      path: '/openapi.json',
      summary: 'Get the OpenAPI 3.1 document of this API',
      tag: 'documentation',
      roles: 'public',
      responses: { 200: { description: 'The OpenAPI document.', schema: z.record(z.string(), z.unknown()) } },
      handler: async () => ({
        status: 200,
        raw: { contentType: 'application/json; charset=utf-8', content: openApi },
      }),
    }),
    endpoint({
      method: 'get',
      path: '/reference',
      summary: 'Human-readable reference of this API',
      tag: 'documentation',
      roles: 'public',
      responses: pageResponse,
      handler: async () => html(reference),
    }),
    endpoint({
      method: 'get',
      path: '/problems/{code}',
      summary: 'Explain a problem type',
      tag: 'documentation',
      roles: 'public',
      params: z.object({ code: z.string().regex(/^[a-z_]{1,64}$/) }),
      responses: pageResponse,
      handler: async ({ params: { code } }) => {
        // An own property only: the name may be one that every object inherits.
        if (!Object.hasOwn(refusals, code)) throw notFound(`The problem ${code}`);
        const raisedBy = described
          .filter(({ errors }) => errors?.includes(code as RefusalCode))
          .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
        return html(problemPage(code, refusals[code as RefusalCode], raisedBy));
      },
    }),
  ];
}
