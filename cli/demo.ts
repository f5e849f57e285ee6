import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatScaled, fromMinorUnits } from '../domain/decimal';
import { createAssignment } from './assignment';
import { type ApiClient, createClient } from './client';
import { CommandError, findApi } from './connect';
import { demoCategory } from './demoBrand';
import {
  ensureDistributors,
  ensurePlan,
  hasReleased,
  readStandings,
  releaseDue,
  type Standing,
  withdrawAll,
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

/** Two months before the end of the slice: commissions due by then are released and partly withdrawn before the rest is imported. */
const RELEASE_DAY = Date.UTC(2011, 3, 1);
const DAY_MS = 86_400_000;
const TOP = 15;

/** Where the demonstration runs and where it reports. */
export interface DemoSettings {
  readonly api: ApiClient;
  /** File for the rejected rows of the invoices. */
  readonly reportFile: string;
  /** Told what is done, in lines. */
  readonly say: (text: string) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Makes the sample brand on a running system. A second run finds everything there and adds nothing.
 *
 * @returns how the distributors stand afterwards, those with the most orders first
 */
export async function runDemo({ api, reportFile, say, onProgress }: DemoSettings): Promise<Standing[]> {
  say(`Plan in force: ${await ensurePlan(api)}`);
  const distributors = await ensureDistributors(api);
  say(`${distributors.length} distributors in two levels`);

  const now = new Date();
  const survey = await surveyFile(SLICE, now.toISOString());
  const shift = await findShift(api, survey);
  const bringIn = (until: Date) =>
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
    // The shop's history up to then, and finance at work on it; the returns after that become clawbacks.
    const releaseDay = new Date(RELEASE_DAY + shift * DAY_MS);
    await bringIn(releaseDay);
    await releaseDue(api, releaseDay.toISOString());
    await withdrawAll(
      api,
      distributors.filter(({ isSponsor }) => !isSponsor),
    );
    say(`Released commissions due before ${releaseDay.toISOString().slice(0, 10)} and withdrew a part`);
  }
  const result = await bringIn(now);
  say(`${result.orders} orders and ${result.returns} returns; the rejected rows are in ${reportFile}`);
  say(['', ...result.reconciliations.map(formatReconciliation)].join('\n'));
  return readStandings(api, distributors);
}

/** The table of those with the most orders, and the sum over all. */
export function formatStandings(standings: readonly Standing[]): string {
  const money = (minor: number) => formatScaled(fromMinorUnits(minor, 'GBP'));
  const columns = ['orders', 'held', 'due', 'available', 'withdrawing', 'debt'] as const;
  const sum = (column: (typeof columns)[number]) =>
    standings.reduce((total, standing) => total + standing[column], 0);
  const total = Object.fromEntries(columns.map((column) => [column, sum(column)])) as Omit<Standing, 'name'>;
  const rows = [...standings.slice(0, TOP), { ...total, name: `all ${standings.length}` }].map((standing) => [
    standing.name,
    ...columns.map((column) => (column === 'orders' ? String(standing.orders) : money(standing[column]))),
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
  const standings = await runDemo({
    api,
    reportFile: path.join(dataDir, 'demo.report.csv'),
    say: console.log,
    onProgress: notes.onProgress,
  });
  console.log(`\n${formatStandings(standings)}\n`);
  console.log(`Done in ${formatSeconds((performance.now() - startedAt) / 1000)}. ${api.url}`);
}

if (require.main === module) {
  if (existsSync('.env')) process.loadEnvFile('.env');
  main().catch(failWith);
}
