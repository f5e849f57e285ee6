import { z } from 'zod';
import { addAudit } from '../../database/journal';
import { inTransaction } from '../../database/pool';
import { subjectOf } from '../../domain/kinds';
import { OPERATORS, ROLES } from '../../domain/roles';
import { WORDS } from '../../domain/words/glossary';
import * as column from '../http/columns';
import { type Endpoint, endpoint } from '../http/endpoint';
import { defineList } from '../http/list';
import { notFound } from '../http/problem';
import { lineOf, moneySchema, sku, timestampOutput } from '../http/schemas';
import { actorOfCall } from '../workflows/decisions';

const productSchema = z
  .object({
    sku: z.string(),
    name: z.string(),
    category: z.string().nullable(),
    price: moneySchema,
    updatedAt: timestampOutput,
  })
  .meta({ id: 'Product' });

const products = defineList({
  item: productSchema,
  columns: {
    sku: column.text({ zh: '商品 SKU', en: 'SKU' }),
    name: column.text(WORDS.name),
    category: column.text({ zh: '品类', en: 'Category' }),
    price: column.money({ zh: '价格', en: 'Price' }),
    updatedAt: column.time({ zh: '最近修改', en: 'Last changed' }),
  },
  filters: {
    category: z.string().max(64).optional(),
    withoutPrice: z
      .stringbool()
      .optional()
      .describe('Only products with price 0 (true) or only the others (false).'),
  },
  sorts: {
    sku: { column: 'p.sku', type: 'text' },
    updatedAt: { column: 'p.updated_at', type: 'timestamptz' },
  },
  defaultSort: 'sku',
  tie: { column: 'p.sku', type: 'text' },
});

interface ProductRow {
  sku: string;
  name: string;
  category: string | null;
  price: number | bigint;
  currency: string;
  updatedAt: Date;
}

const toBody = ({
  sku,
  name,
  category,
  price,
  currency,
  updatedAt,
}: ProductRow): z.input<typeof productSchema> => ({
  sku,
  name,
  category,
  price: { amount: Number(price), currency },
  updatedAt: updatedAt.toISOString(),
});

const returned = 'sku, name, category, price, currency, updated_at AS "updatedAt"';
const insertProduct = {
  name: 'insert-product',
  text: `INSERT INTO products (sku, name, category, price, currency) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING RETURNING ${returned}`,
};
const lockProduct = `SELECT ${returned} FROM products WHERE sku = $1 FOR UPDATE`;
/** Changes, and returns, nothing where nothing is new. */
const updateProduct = {
  name: 'update-product',
  text: `UPDATE products SET name = $2, category = $3, price = $4, currency = $5, updated_at = now()
         WHERE sku = $1 AND (name, category, price, currency) IS DISTINCT FROM ($2, $3, $4::bigint, $5::char(3))
         RETURNING ${returned}`,
};
const productParams = z.object({ sku: sku.describe('Stock keeping unit, as in the shop.') });

export const productEndpoints: Endpoint[] = [
  endpoint({
    method: 'put',
    path: '/v1/products/{sku}',
    audit: ['product.create', 'product.update'],
    summary: 'Add or update a product',
    description: 'Orders keep the category that the product had at payment.',
    tag: 'products',
    roles: OPERATORS,
    scope: 'products:write',
    params: productParams,
    body: z.strictObject({
      name: lineOf(300),
      category: lineOf(64).nullish().describe('Used by rules of commission plans.'),
      price: moneySchema,
    }),
    responses: {
      200: { description: 'The updated product.', schema: productSchema },
      201: { description: 'The new product.', schema: productSchema },
    },
    // Imports bring thousands of products, so this is plain SQL: through Prisma it took five times as long.
    handler: ({ params: { sku }, body: { name, category, price }, context: { pool }, ...call }) =>
      inTransaction(pool, async (client) => {
        const values = [sku, name, category ?? null, price.amount, price.currency];
        const write = async (statement: { name: string; text: string }) =>
          (await client.query<ProductRow>({ ...statement, values })).rows[0];
        const created = await write(insertProduct);
        // Held until the change is made, so that the audit trail has every value in order.
        const before = created ? undefined : (await client.query<ProductRow>(lockProduct, [sku])).rows[0];
        const product = created ?? (await write(updateProduct));
        if (!product) return { status: 200, body: toBody(before!) };
        await addAudit(client, {
          actor: actorOfCall(call),
          action: created ? 'product.create' : 'product.update',
          subject: subjectOf('product', sku),
          before: before ? { ...toBody(before) } : undefined,
          after: { ...toBody(product) },
        });
        return { status: created ? 201 : 200, body: toBody(product) };
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/products',
    summary: 'List products',
    tag: 'products',
    roles: ROLES,
    scope: 'products:read',
    query: products.query,
    responses: products.responses,
    handler: ({ query, context, req }) =>
      products.reply<ProductRow>({
        context,
        req,
        query,
        select: 'p.sku, p.name, p.category, p.price, p.currency, p.updated_at AS "updatedAt"',
        from: 'products p',
        where: (bind) => [
          query.category && `p.category = ${bind(query.category)}`,
          query.withoutPrice !== undefined && `p.price ${query.withoutPrice ? '=' : '>'} 0`,
        ],
        toItem: toBody,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/products/{sku}',
    summary: 'Get a product',
    tag: 'products',
    roles: ROLES,
    scope: 'products:read',
    params: productParams,
    responses: { 200: { description: 'The product.', schema: productSchema } },
    handler: async ({ params: { sku }, context: { prisma } }) => {
      const product = await prisma.product.findUnique({ where: { sku } });
      if (!product) throw notFound(`The product ${sku}`);
      return { status: 200, body: toBody(product) };
    },
  }),
];
