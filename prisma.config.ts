import { defineConfig } from 'prisma/config';

// For those who run Prisma's own commands, such as `prisma migrate deploy` or `prisma studio`.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
