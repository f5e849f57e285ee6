import { execFileSync } from 'node:child_process';
import path from 'node:path';

test('every bench runs, and shows what was measured on which machine', () => {
  const output = execFileSync(
    process.execPath,
    ['--import', 'tsx', path.join(__dirname, '..', '..', 'bench', 'main.ts'), '--quick'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const bench of [
    'lifecycle',
    'history',
    'ledger',
    'backlog',
    'release',
    'reconcile',
    'suspend',
    'latency',
    'commission',
    'lists',
    'console',
  ]) {
    expect(output).toMatch(new RegExp(`^\\| \`${bench}\` +\\| .* \\| [^|]*\\d[^|]* \\|`, 'm'));
  }
  expect(output).toMatch(/Smoke run/);
  expect(output).toMatch(/\d+ cores .* of memory/);
  expect(output).toMatch(/Temporal server \d+\.\d+.*, PostgreSQL \d+/);
}, 600_000);
