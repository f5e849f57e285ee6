import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type AssignTo, activeCodes, createAssignment } from './assignment';
import { createClient } from './client';
import { CommandError, findApi } from './connect';
import { createNotes, failWith } from './messages';
import { formatSeconds } from './progress';
import { formatReconciliation } from './reconciliationTable';
import { type ImportResult, runImport } from './runImport';
import { STDIN } from './shopFile';

const USAGE = `npm run import -- FILE [options]

Imports a shop's export: the Online Retail format, or Tributary's own CSV (docs/import.md).
FILE is a .csv or .csv.gz, or - for the standard input. Safe to stop with Ctrl-C and to run again.

  --assign all|N        assign customers to the active distributors, or to the first N of them by referral
                        code; for files without distributors
  --shift-to-now        move all times by whole days so that the newest is today
  --delivery-days N     days from payment to delivery, if the file has none (2)
  --report PATH         file for rejected rows (FILE.report.csv)
  --url URL             address of the API (TRIBUTARY_URL, or the npm start running here)
  --help                show this help

The API key is read from TRIBUTARY_KEY, or from the npm start running here.`;

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return;
  const { file, reportFile, assignTo } = options;
  const { url, key } = findApi(options.url);
  const notes = createNotes();
  const api = createClient({ url, key, onRetry: notes.onRetry });
  const stop = stopOnSignal();
  const result = await runImport({
    api,
    file,
    reportFile,
    now: new Date(),
    deliveryDays: options.deliveryDays,
    shift: options.shiftToNow ? 'to-now' : 0,
    codeFor: assignTo === undefined ? undefined : createAssignment(await activeCodes(api, assignTo)),
    signal: stop,
    onProgress: notes.onProgress,
  });
  console.log(summary(result, reportFile));
  if (!result.finished) process.exitCode = 130;
}

interface Options {
  file: string;
  reportFile: string;
  assignTo?: AssignTo;
  deliveryDays?: number;
  shiftToNow: boolean;
  url?: string;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

function parseCommand() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        assign: text,
        'shift-to-now': flag,
        'delivery-days': text,
        report: text,
        url: text,
        help: { ...flag, short: 'h' },
      },
    });
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function readOptions(): Options | undefined {
  const { values, positionals } = parseCommand();
  if (values.help) {
    console.log(USAGE);
    return undefined;
  }
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new CommandError(`Give exactly one file.\n\n${USAGE}`);
  // npm runs scripts in the root of the project; paths are relative to the user's folder.
  const here = process.env.INIT_CWD ?? process.cwd();
  const file = given === STDIN ? STDIN : path.resolve(here, given);
  const report = values.report ?? (given === STDIN ? 'import.report.csv' : `${given}.report.csv`);
  return {
    file,
    reportFile: path.resolve(here, report),
    assignTo: values.assign === 'all' ? 'all' : wholeNumber('assign', values.assign, 1),
    deliveryDays: wholeNumber('delivery-days', values['delivery-days'], 0),
    shiftToNow: values['shift-to-now'],
    url: values.url,
  };
}

function wholeNumber(option: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,4}$/.test(value) || Number(value) < least) {
    throw new CommandError(`--${option} must be a whole number of at least ${least}, not "${value}".`);
  }
  return Number(value);
}

/** Ctrl-C finishes requests in progress; a second one exits immediately. */
function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const now = Date.now();
      if (firstAt === 0) {
        firstAt = now;
        console.error(
          '\nFinishing requests in progress, then stopping. Press Ctrl-C again to stop immediately.',
        );
        controller.abort();
        // npm and the terminal both forward one Ctrl-C, so a second one within a moment is ignored.
      } else if (now - firstAt > 1000) process.exit(130);
    });
  }
  return controller.signal;
}

function summary(result: ImportResult, report: string): string {
  const { finished, orders, returns, rejected, shiftDays, seconds, reconciliations } = result;
  const count = (value: number) => value.toLocaleString('en');
  const done = `${count(orders)} orders and ${count(returns)} returns in ${formatSeconds(seconds)}`;
  const shifted = shiftDays === 0 ? '' : ` Times were moved by ${shiftDays} days.`;
  const rejects = rejected === 0 ? '' : ` ${count(rejected)} rows were rejected: see ${report}.`;
  if (!finished) {
    return `Stopped after ${done}. Run the same command again to continue; nothing is imported twice.`;
  }
  return [`Imported ${done}.${shifted}${rejects}`, ...reconciliations.map(formatReconciliation)].join('\n\n');
}

if (require.main === module) {
  if (existsSync('.env')) process.loadEnvFile('.env');
  main().catch(failWith);
}
