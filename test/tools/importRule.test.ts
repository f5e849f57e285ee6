import { readdirSync } from 'node:fs';
import path from 'node:path';
import { rules, violations } from './importRule';

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
  ['worker.ts', "import { createApp } from './api/app';"],
  ['worker.ts', "import { order } from './workflows/order';"],
  ['config.ts', "import { kinds } from './domain/kinds';"],
  ['log.ts', "import { createPool } from './database/pool';"],
  ['prisma/migrate.ts', "import { loadConfig } from '../config';"],
  ['embedded/start.ts', "import { createApp } from '../api/app';"],
  ['cli/demo.ts', "import { createActivities } from '../activities';"],
  ['bench/main.ts', "import { worker } from '../worker';"],
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

test('each folder and root file with code of ours has a rule, but for the tests, which may import all', () => {
  const root = path.join(__dirname, '..', '..');
  const parts = readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return /^\w+\.ts$/.test(entry.name) ? [path.basename(entry.name, '.ts')] : [];
    if (entry.name === 'node_modules' || entry.name === 'dist' || !/^\w+$/.test(entry.name)) return [];
    const files = readdirSync(path.join(root, entry.name), { recursive: true, encoding: 'utf8' });
    return files.some((file) => /\.tsx?$/.test(file)) ? [entry.name] : [];
  });
  expect([...Object.keys(rules), 'test'].sort()).toEqual(parts.sort());
});
