import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatScaled, fromMinorUnits } from '../domain/decimal';
import { createAssignment } from './assignment';
import { type ApiClient, createClient } from './client';
import { CommandError, findApi } from './connect';
import { demoCategory } from './demoBrand';
import {
  type DistributorTotals,
  ensureDistributors,
  ensurePlan,
  hasReleased,
  readTotals,
  releaseDue,
  withdrawAvailable,
} from './demoSteps';
import { createNotes, failWith } from './messages';
import { formatSeconds, type Progress } from './progress';
import { formatReconciliation } from './reconciliationTable';
import { runImport } from './runImport';
import { findShift, surveyFile } from './survey';

const USAGE = `npm run demo [-- options]

Fills a running system with a sample brand: 40 distributors in two levels, a commission plan, and some 900 real
invoices of an online shop (cli/demo-data), moved to the present. Running it again adds nothing.

  --url URL    address of the API (TRIBUTARY_URL, or the npm start running here)
  --help       show this help

The key of an admin is read from TRIBUTARY_KEY, or from the npm start running here.`;

const SLICE = path.join(__dirname, 'demo-data', 'online-retail-slice.csv.gz');

/** Two months before the end of the slice; due commissions are released and partly withdrawn before the rest is imported. */
const RELEASE_DAY = Date.UTC(2011, 3, 1);
const DAY_MS = 86_400_000;
const TOP = 15;

/** Where the demonstration runs and where it reports. */
export interface DemoSettings {
  readonly api: ApiClient;
  /** File for the rejected rows of the invoices. */
  readonly reportFile: string;
  /** Called with progress lines. */
  readonly say: (text: string) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Creates the sample brand on a running system. A second run adds nothing.
 *
 * @returns the balances of the distributors, those with the most orders first
 */
export async function runDemo({
  api,
  reportFile,
  say,
  onProgress,
}: DemoSettings): Promise<DistributorTotals[]> {
  say(`Plan in force: ${await ensurePlan(api)}`);
  const distributors = await ensureDistributors(api);
  say(`${distributors.length} distributors in two levels`);

  const now = new Date();
  const survey = await surveyFile(SLICE, now.toISOString());
  const shift = await findShift(api, survey);
  const importUntil = (until: Date) =>
    runImport({
      api,
      file: SLICE,
      reportFile,
      now: until,
      survey,
      shift,
      codeFor: createAssignment(distributors.map(({ referralCode }) => referralCode)),
      categoryFor: demoCategory,
      onProgress,
    });
  if (!(await hasReleased(api))) {
    // The orders up to then, released by finance; later returns become clawbacks.
    const releaseDay = new Date(RELEASE_DAY + shift * DAY_MS);
    await importUntil(releaseDay);
    await releaseDue(api, releaseDay.toISOString());
    await withdrawAvailable(
      api,
      distributors.filter(({ isSponsor }) => !isSponsor),
    );
    say(`Released commissions due before ${releaseDay.toISOString().slice(0, 10)} and withdrew a part`);
  }
  const result = await importUntil(now);
  say(`${result.orders} orders and ${result.returns} returns; the rejected rows are in ${reportFile}`);
  say(['', ...result.reconciliations.map(formatReconciliation)].join('\n'));
  return readTotals(api, distributors);
}

/** Table of the distributors with the most orders, and the total of all. */
export function formatTotals(totals: readonly DistributorTotals[]): string {
  const money = (minor: number) => formatScaled(fromMinorUnits(minor, 'GBP'));
  const columns = ['orders', 'held', 'due', 'available', 'withdrawing', 'debt'] as const;
  const sum = (column: (typeof columns)[number]) => totals.reduce((total, entry) => total + entry[column], 0);
  const total = Object.fromEntries(columns.map((column) => [column, sum(column)])) as Omit<
    DistributorTotals,
    'name'
  >;
  const rows = [...totals.slice(0, TOP), { ...total, name: `all ${totals.length}` }].map((entry) => [
    entry.name,
    ...columns.map((column) => (column === 'orders' ? String(entry.orders) : money(entry[column]))),
  ]);
  const table = [['GBP', ...columns], ...rows];
  const widths = columns.map((_, index) => Math.max(...table.map((cells) => cells[index + 1]?.length ?? 0)));
  const names = Math.max(...table.map(([name = '']) => displayWidth(name)));
  return table
    .map(([name = '', ...cells]) =>
      [
        name + ' '.repeat(names - displayWidth(name)),
        ...cells.map((cell, index) => cell.padStart(widths[index] ?? 0)),
      ].join('  '),
    )
    .join('\n');
}

/** Terminals show Chinese characters two columns wide. */
function displayWidth(text: string): number {
  return [...text].reduce((width, character) => width + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0);
}

function readUrl(): { url?: string; help: boolean } {
  try {
    const { url, help } = parseArgs({
      options: { url: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    }).values;
    return { url, help };
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

async function main(): Promise<void> {
  const options = readUrl();
  if (options.help) return console.log(USAGE);
  const startedAt = performance.now();
  const dataDir = path.resolve(process.env.DATA_DIR || '.data');
  mkdirSync(dataDir, { recursive: true });
  const notes = createNotes();
  const api = createClient({ ...findApi(options.url), onRetry: notes.onRetry });
  const totals = await runDemo({
    api,
    reportFile: path.join(dataDir, 'demo.report.csv'),
    say: console.log,
    onProgress: notes.onProgress,
  });
  console.log(`\n${formatTotals(totals)}\n`);
  console.log(`Done in ${formatSeconds((performance.now() - startedAt) / 1000)}. ${api.url}`);
}

if (require.main === module) {
  if (existsSync('.env')) process.loadEnvFile('.env');
  main().catch(failWith);
}
