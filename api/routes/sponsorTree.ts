import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint';
import { defineList } from '../list';
import { notFound } from '../problem';
import { uuidParams } from '../schemas';

const staff = ['admin', 'compliance', 'finance', 'operator'] as const;
/** Of the nodes below the page's own; whoever wants more asks for that node's page. */
const belowEach = 50;
const deepest = 3;

const nodeShape = {
  id: z.uuid(),
  name: z.string(),
  state: z.enum(['active', 'suspended', 'terminated']),
  tier: z.string(),
  sponsorId: z.uuid().nullable(),
  children: z.int().describe('Whom this one brought in.'),
  descendants: z.int().describe('Everybody below, at every level.'),
};
const node = z.object(nodeShape);
const nodeSchema = z
  .object({
    ...nodeShape,
    below: z
      .array(z.object({ ...nodeShape, below: z.array(z.object({ ...nodeShape, below: z.array(node) })) }))
      .describe(`The first ${belowEach} children, as far down as depth says; children tells of more.`),
  })
  .meta({ id: 'SponsorTreeNode' });

const tree = defineList({
  item: nodeSchema,
  filters: {
    root: z.uuid().optional().describe('Left out: those without a sponsor. Else: whom this one brought in.'),
    depth: z.coerce.number().int().min(1).max(deepest).default(1).describe('Levels in one answer.'),
  },
  sorts: { createdAt: { column: 'd.created_at', type: 'timestamptz' } },
  defaultSort: 'createdAt',
  tie: { column: 'd.id', type: 'uuid' },
});

/** A node as JSON, with those below it down to a depth. */
function nodeJson(alias: string, depth: number): string {
  return `jsonb_build_object('id', ${alias}.id, 'name', ${alias}.name, 'state', ${alias}.state, 'tier', ${alias}.tier,
    'sponsorId', ${alias}.sponsor_id,
    'children', (SELECT count(*) FROM distributors c WHERE c.sponsor_id = ${alias}.id),
    'descendants', (WITH RECURSIVE under AS (
        SELECT u.id FROM distributors u WHERE u.sponsor_id = ${alias}.id
        UNION ALL SELECT u.id FROM distributors u JOIN under ON u.sponsor_id = under.id)
      SELECT count(*) FROM under),
    'below', ${depth === 0 ? `'[]'::jsonb` : belowJson(alias, depth)})`;
}

function belowJson(alias: string, depth: number): string {
  const child = `d${depth}`;
  return `(SELECT coalesce(jsonb_agg(b.node ORDER BY b.created_at, b.id), '[]') FROM (
      SELECT ${nodeJson(child, depth - 1)} AS node, ${child}.created_at, ${child}.id FROM distributors ${child}
      WHERE ${child}.sponsor_id = ${alias}.id ORDER BY ${child}.created_at, ${child}.id LIMIT ${belowEach}) b)`;
}

export const sponsorTreeEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/distributors/tree',
    summary: 'Read the tree of who brought in whom, level by level',
    description: 'A page of siblings at a time, so that a tree of thousands stays usable.',
    tag: 'distributors',
    roles: staff,
    scope: 'distributors:read',
    query: tree.query,
    responses: tree.responses,
    handler: ({ query, context, req }) =>
      tree.reply<{ node: z.input<typeof nodeSchema> }>({
        pool: context.pool,
        req,
        query,
        select: `${nodeJson('d', query.depth - 1)} AS node`,
        from: 'distributors d',
        where: (bind) => [query.root ? `d.sponsor_id = ${bind(query.root)}` : 'd.sponsor_id IS NULL'],
        toItem: (row) => row.node,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/path',
    summary: 'Read the way from the top of the tree down to a distributor',
    tag: 'distributors',
    roles: staff,
    scope: 'distributors:read',
    params: uuidParams,
    responses: {
      200: {
        description: 'From the top of the tree to the distributor, both included.',
        schema: z.object({ items: z.array(z.object(nodeShape).omit({ descendants: true })) }),
      },
    },
    handler: async ({ params: { id }, context: { pool } }) => {
      const { rows } = await pool.query(
        `WITH RECURSIVE above AS (
           SELECT d.id, d.sponsor_id, 0 AS height FROM distributors d WHERE d.id = $1
           UNION ALL
           SELECT d.id, d.sponsor_id, a.height + 1 FROM above a JOIN distributors d ON d.id = a.sponsor_id
         )
         SELECT d.id, d.name, d.state, d.tier, d.sponsor_id AS "sponsorId",
           (SELECT count(*)::int FROM distributors c WHERE c.sponsor_id = d.id) AS children
         FROM above a JOIN distributors d ON d.id = a.id ORDER BY a.height DESC`,
        [id],
      );
      if (!rows.length) throw notFound(`The distributor ${id}`);
      return { status: 200, body: { items: rows } };
    },
  }),
];
