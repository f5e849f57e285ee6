import { z } from 'zod';
import { ROLES } from '../../../domain/roles';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { timestampOutput } from '../../http/schemas';
import { countBounded, summarySchema } from '../../http/summary';
import { cardsFor } from '../home';

const cardSchema = summarySchema
  .extend({
    key: z.string(),
    group: z.enum(['waiting', 'late', 'changed']).describe('Changed: in the last 24 hours.'),
    oldestAt: timestampOutput.nullable().describe('Since when the oldest waits.'),
    href: z.string().describe('The list behind the figure, as a path of the console.'),
  })
  .meta({ id: 'HomeCard' });

export const homeEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/home',
    summary: 'What waits for you, what is late, what changed',
    description: 'By role. Every figure is bounded, and leads to the list behind it.',
    tag: 'home',
    roles: ROLES,
    scope: 'home:read',
    responses: {
      200: { description: 'The cards.', schema: z.object({ cards: z.array(cardSchema) }) },
    },
    handler: async ({ context, principal }) => {
      const cards = await Promise.all(
        cardsFor(principal, Date.now()).map(async ({ key, group, href, count }) => {
          const { oldestAt, ...summary } = await countBounded(context.pool, count);
          return { key, group, href, ...summary, oldestAt: oldestAt?.toISOString() ?? null };
        }),
      );
      return { status: 200, body: { cards } };
    },
  }),
];
