import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Result } from './bench';
import { short, spread } from './rounds';

const begin = '<!-- results: written by `npm run bench -- --write` -->';
const end = '<!-- end of results -->';

/** The results as a Markdown table. */
export function toTable(results: { bench: string; results: Result[] }[]): string {
  const rows = results.flatMap(({ bench, results }) =>
    results.map((result) => [
      `\`${bench}\``,
      result.measured,
      result.ours,
      result.baseline ?? '',
      result.ratio ?? '',
      result.aim,
    ]),
  );
  const header = ['bench', 'measured', 'ours', 'against', 'ratio', 'aim'];
  // Padded like the formatter's output, so that written results pass the checks.
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]!.length)));
  const lines = [header, widths.map((width) => '-'.repeat(width)), ...rows].map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  );
  return lines.join('\n');
}

/** The environment as a Markdown list. */
export function describeMachine(versions: { postgres?: string; temporal?: string }, load: number): string {
  const [cpu] = os.cpus();
  const { dependencies } = JSON.parse(readFileSync(path.join(__dirname, '..', 'package.json'), 'utf8'));
  return [
    `- ${new Date().toISOString().slice(0, 10)}, ${os.type()} ${os.release()}, ${os.arch()}`,
    `- ${os.availableParallelism()} cores (${cpu?.model ?? 'unknown'}), ${Math.round(os.totalmem() / 2 ** 30)} GB of memory; ` +
      `an fsync of 8 KB takes ${short(fsyncMs())} ms; load average when it began ${load.toFixed(2)}`,
    `- Node ${process.versions.node}, Temporal SDK ${dependencies['@temporalio/worker']}` +
      `${versions.temporal ? `, Temporal server ${versions.temporal} (development server on SQLite: WAL, synchronous=1)` : ''}` +
      `${versions.postgres ? `, PostgreSQL ${versions.postgres} (default settings: fsync and synchronous_commit on)` : ''}`,
    '- all servers, the worker and the client share these cores',
  ].join('\n');
}

/** Time the disk of the temporary folder needs to make a page durable, to show the cost of durability. */
function fsyncMs(): number {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-fsync-'));
  const file = openSync(path.join(folder, 'page'), 'w');
  const page = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return spread(times).median;
}

/** Replaces the results between the markers of a document. */
export function writeInto(file: string, text: string): void {
  const document = readFileSync(file, 'utf8');
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no place for results: ${begin} … ${end}`);
  writeFileSync(file, `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`);
}
