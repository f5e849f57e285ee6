import { violations } from './importRule';

test.each([
  ['domain/money.ts', "import { x } from '../config';"],
  ['domain/money.ts', "export * from '../activities/ledger';"],
  ['workflows/order.ts', "import * as ledger from '../activities/ledger';"],
  ['workflows/order.ts', "import { type Ledger } from '../activities/ledger';"],
  ['workflows/order.ts', "import type { Config } from '../config';"],
  ['activities/ledger.ts', "import type { Endpoint } from '../api/http/endpoint';"],
  ['activities/mail/send.ts', "const app = await import('../../api/app');"],
  ['database/journal.ts', "import { sendMail } from '../activities/mail';"],
  ['temporal/messages.ts', "import { app } from '../api/app';"],
  ['api/routes/orders.ts', "import { startPostgres } from '../../embedded/postgres';"],
  ['console/src/app/menu.ts', "import type { Endpoint } from '../../../api/http/endpoint';"],
  ['api/app.ts', "import {\n  a,\n  b,\n} from '../worker';"],
])('%s must not contain %s', (file, source) => {
  expect(violations(`\n${source}\n`, file)).toEqual([expect.stringMatching(`^${file}:2: `)]);
});

test.each([
  ['domain/commission.ts', "import { add } from './money';"],
  ['workflows/order.ts', "import type * as ledger from '../activities/ledger';"],
  [
    'workflows/order.ts',
    "import { split } from '../domain/money';\nimport { sleep } from '@temporalio/workflow';",
  ],
  ['activities/bulk.ts', "import { approveWithdrawal } from '../workflows/withdrawal';"],
  ['temporal/messages.ts', "import type * as order from '../workflows/order';"],
  ['activities/ledger.ts', "import { PrismaClient } from '../prisma/client/client';"],
  [
    'api/routes/orders.ts',
    "import { order } from '../../workflows/order';\nimport { loadConfig } from '../../config';",
  ],
  ['console/src/app/menu.ts', "import { STAFF } from '../../../domain/roles';"],
  ['embedded/start.ts', "import { migrate } from '../prisma/migrate';"],
])('%s may contain %s', (file, source) => {
  expect(violations(source, file)).toEqual([]);
});
