import { z } from 'zod';
import { dateIn } from '../../../domain/calendarDate';
import { ROLES } from '../../../domain/roles';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { timestampOutput } from '../../http/schemas';
import { summarize, summarySchema } from '../../http/summary';
import { cardsFor } from '../home';

const cardSchema = summarySchema
  .extend({
    key: z.string(),
    group: z.enum(['waiting', 'late', 'changed']).describe('Changed: in the last 24 hours.'),
    oldestAt: timestampOutput.nullable().describe('Start of waiting of the oldest item.'),
    href: z.string().describe('Console path of the list.'),
  })
  .meta({ id: 'HomeCard' });

export const homeEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/home',
    summary: 'Home page: what is waiting for you, overdue or changed',
    description: 'Depends on the role. Each figure links to its list. Counts may be capped; sums never are.',
    tag: 'home',
    roles: ROLES,
    scope: 'home:read',
    responses: {
      200: { description: 'The cards.', schema: z.object({ cards: z.array(cardSchema) }) },
    },
    handler: async ({ context, principal }) => {
      const now = Date.now();
      const today = dateIn(context.config.BRAND_TIME_ZONE, now);
      const cards = await Promise.all(
        cardsFor(principal, now, today).map(async ({ key, group, href, count }) => {
          const { oldestAt, ...summary } = await summarize(context.pool, count);
          return { key, group, href, ...summary, oldestAt: oldestAt?.toISOString() ?? null };
        }),
      );
      return { status: 200, body: { cards } };
    },
  }),
];
