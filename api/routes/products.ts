import { z } from 'zod';
import { actorOf, audit } from '../audit';
import { type Endpoint, endpoint } from '../endpoint';
import { defineList } from '../list';
import { notFound } from '../problem';
import { lineOf, moneySchema, timestampOutput } from '../schemas';

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
  filters: { category: z.string().max(64).optional() },
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

const productParams = z.object({ sku: lineOf(64).describe('Stock keeping unit, as the shop names it.') });
const readers = ['admin', 'compliance', 'finance', 'operator', 'distributor'] as const;

export const productEndpoints: Endpoint[] = [
  endpoint({
    method: 'put',
    path: '/v1/products/{sku}',
    summary: 'Add or change a product',
    description: 'Orders keep the category that the product had when they were paid.',
    tag: 'products',
    roles: ['admin', 'operator'],
    scope: 'products:write',
    params: productParams,
    body: z.strictObject({
      name: lineOf(300),
      category: lineOf(64).nullish().describe('What rules of commission plans go by.'),
      price: moneySchema,
    }),
    responses: {
      200: { description: 'The changed product.', schema: productSchema },
      201: { description: 'The new product.', schema: productSchema },
    },
    handler: async ({ params: { sku }, body, context: { prisma }, ...call }) => {
      const data = {
        name: body.name,
        category: body.category ?? null,
        price: body.price.amount,
        currency: body.price.currency,
      };
      return prisma.$transaction(async (tx) => {
        // Held until the change is made, so that the audit trail tells every value in its order.
        await tx.$executeRaw`SELECT FROM products WHERE sku = ${sku} FOR UPDATE`;
        const before = await tx.product.findUnique({ where: { sku } });
        const unchanged =
          before &&
          before.name === data.name &&
          before.category === data.category &&
          Number(before.price) === data.price &&
          before.currency === data.currency;
        if (unchanged) return { status: 200, body: toBody(before) };
        const product = await tx.product.upsert({
          where: { sku },
          create: { sku, ...data },
          update: { ...data, updatedAt: new Date() },
        });
        await audit(tx, {
          ...actorOf(call),
          action: before ? 'product.update' : 'product.create',
          subject: `product/${sku}`,
          before: before ? { ...toBody(before) } : undefined,
          after: { ...toBody(product) },
        });
        return { status: before ? 200 : 201, body: toBody(product) };
      });
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/products',
    summary: 'List products',
    tag: 'products',
    roles: readers,
    scope: 'products:read',
    query: products.query,
    responses: products.responses,
    handler: ({ query, context, req }) =>
      products.reply<ProductRow>({
        pool: context.pool,
        req,
        query,
        select: 'p.sku, p.name, p.category, p.price, p.currency, p.updated_at AS "updatedAt"',
        from: 'products p',
        where: (bind) => [query.category && `p.category = ${bind(query.category)}`],
        toItem: toBody,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/products/{sku}',
    summary: 'Get a product',
    tag: 'products',
    roles: readers,
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
