import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint';
import { openApiOf } from '../openapi';

/** The description of these endpoints, for machines and for people. */
export function documentEndpoints(described: readonly Endpoint[]): Endpoint[] {
  const openApi = JSON.stringify(openApiOf(described));
  return [
    endpoint({
      method: 'get',
      path: '/openapi.json',
      summary: 'OpenAPI 3.1 description of this API',
      tag: 'documentation',
      roles: 'public',
      responses: { 200: { description: 'The description.', schema: z.record(z.string(), z.unknown()) } },
      handler: async () => ({
        status: 200,
        raw: { contentType: 'application/json; charset=utf-8', content: openApi },
      }),
    }),
  ];
}
