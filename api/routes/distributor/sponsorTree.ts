import { z } from 'zod';
import { kinds } from '../../../domain/kinds';
import { STAFF } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound } from '../../http/problem';
import { uuid, uuidParams } from '../../http/schemas';

/** Max below the page's own node; more are on the page of the node above them. */
const belowEach = 50;
const deepest = 3;

const nodeShape = {
  id: uuid,
  name: z.string(),
  state: z.enum(kinds.distributor.states),
  tier: z.string(),
  sponsorId: uuid.nullable(),
  children: z.int().describe('The direct downline.'),
  descendants: z.int().describe('The total downline, all levels.'),
};
const node = z.object(nodeShape);
const nodeSchema = z
  .object({
    ...nodeShape,
    below: z
      .array(z.object({ ...nodeShape, below: z.array(z.object({ ...nodeShape, below: z.array(node) })) }))
      .describe(
        `The first ${belowEach} direct downline distributors, down to depth; \`children\` counts all of them.`,
      ),
  })
  .meta({ id: 'SponsorTreeNode' });

const tree = defineList({
  item: nodeSchema,
  columns: {
    id: null,
    name: column.text(WORDS.name),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    tier: column.text(WORDS.tier),
    sponsorId: null,
    children: column.text({ zh: '直接下级', en: 'Direct downline' }),
    descendants: column.text({ zh: '全部下级', en: 'All downline' }),
    below: null,
  },
  filters: {
    root: uuid
      .optional()
      .describe('The distributor whose direct downline to list. Default: distributors without a sponsor.'),
    depth: z.coerce.number().int().min(1).max(deepest).default(1).describe('Levels in one response.'),
  },
  sorts: { createdAt: { column: 'd.created_at', type: 'timestamptz' } },
  defaultSort: 'createdAt',
  tie: { column: 'd.id', type: 'uuid' },
});

type Node = z.output<typeof node>;
interface NodeBelow extends Node {
  below: NodeBelow[];
}

/**
 * SQL: all that is below a distributor `d`, as one object: how many, how many it brought in itself, and a flat list of
 * those that are shown. In one walk, however many levels are shown. @param depth levels in the answer, with that of `d`
 */
const belowOf = (depth: number) => `(
  WITH RECURSIVE under AS (
    SELECT u.id, u.sponsor_id, 1 AS level, ARRAY[]::uuid[] AS above FROM distributors u WHERE u.sponsor_id = d.id
    UNION ALL
    SELECT u.id, u.sponsor_id, under.level + 1, CASE WHEN under.level < ${depth} THEN under.above || under.id ELSE under.above END
    FROM under JOIN distributors u ON u.sponsor_id = under.id
  ), counted AS (
    SELECT shown.id, count(*) AS descendants, count(*) FILTER (WHERE under.sponsor_id = shown.id) AS children
    FROM under CROSS JOIN LATERAL unnest(under.above) AS shown (id) GROUP BY shown.id
  ), shown AS (
    SELECT u.id, u.name, u AS distributor, u.tier, u.sponsor_id, u.created_at,
      row_number() OVER (PARTITION BY u.sponsor_id ORDER BY u.created_at, u.id) AS place
    FROM under JOIN distributors u USING (id) WHERE under.level < ${depth}
  )
  SELECT jsonb_build_object(
    'descendants', (SELECT count(*) FROM under), 'children', (SELECT count(*) FROM under WHERE level = 1),
    'shown', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'state', distributor_state(s.distributor), 'tier', s.tier,
        'sponsorId', s.sponsor_id, 'children', coalesce(c.children, 0), 'descendants', coalesce(c.descendants, 0))
        ORDER BY s.created_at, s.id), '[]')
      FROM shown s LEFT JOIN counted c USING (id) WHERE s.place <= ${belowEach}))
)`;

interface Row extends Omit<Node, 'children' | 'descendants'> {
  under: Pick<Node, 'children' | 'descendants'> & { shown: Node[] };
}

function toTree({ under: { shown, children, descendants }, ...top }: Row): NodeBelow {
  const bySponsor = new Map<string | null, Node[]>();
  for (const one of shown) bySponsor.set(one.sponsorId, [...(bySponsor.get(one.sponsorId) ?? []), one]);
  const withBelow = (one: Node): NodeBelow => ({
    ...one,
    below: (bySponsor.get(one.id) ?? []).map(withBelow),
  });
  return withBelow({ ...top, children, descendants });
}

export const sponsorTreeEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/distributors/tree',
    summary: 'Get the sponsor tree, level by level',
    description: 'One page of siblings at a time.',
    tag: 'distributors',
    roles: STAFF,
    scope: 'distributors:read',
    query: tree.query,
    responses: tree.responses,
    handler: ({ query, context, req }) =>
      tree.reply<Row>({
        context,
        req,
        query,
        select: `d.id, d.name, distributor_state(d) AS state, d.tier, d.sponsor_id AS "sponsorId", ${belowOf(query.depth)} AS under`,
        from: 'distributors d',
        where: (bind) => [query.root ? `d.sponsor_id = ${bind(query.root)}` : 'd.sponsor_id IS NULL'],
        toItem: toTree,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/path',
    summary: 'Get the sponsor chain of a distributor, from the top down',
    tag: 'distributors',
    roles: STAFF,
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
         SELECT d.id, d.name, distributor_state(d) AS state, d.tier, d.sponsor_id AS "sponsorId",
           (SELECT count(*)::int FROM distributors c WHERE c.sponsor_id = d.id) AS children
         FROM above a JOIN distributors d ON d.id = a.id ORDER BY a.height DESC`,
        [id],
      );
      if (!rows.length) throw notFound(`The distributor ${id}`);
      return { status: 200, body: { items: rows } };
    },
  }),
];
