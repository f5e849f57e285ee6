import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { backlog } from './backlog';
import type { Bench, Result } from './bench';
import { commission } from './commission';
import { pages } from './console';
import { history } from './history';
import { latency } from './latency';
import { ledger } from './ledger';
import { lifecycle } from './lifecycle';
import { lists } from './lists';
import { reconcile } from './reconcile';
import { release } from './release';
import { describeMachine, toTable, writeInto } from './report';
import { progress } from './rounds';
import { createBenchServers } from './servers';
import { suspend } from './suspend';

const benches: Record<string, Bench> = {
  lifecycle,
  history,
  ledger,
  backlog,
  release,
  reconcile,
  suspend,
  latency,
  commission,
  lists,
  console: pages,
};

const usage = `npm run bench                       all benches
npm run bench -- ledger lifecycle   only these: ${Object.keys(benches).join(', ')}
npm run bench -- --quick            smoke run, its figures mean nothing
npm run bench -- --write            also writes the results into docs/benchmarks.md`;

const document = path.join(__dirname, '..', 'docs', 'benchmarks.md');

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = positionals.filter((name) => !(name in benches));
  if (values.help || unknown.length || (values.quick && values.write)) {
    if (unknown.length) console.error(`There is no bench called ${unknown.join(', ')}.`);
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const chosen = positionals.length ? positionals : Object.keys(benches);
  const load = os.loadavg()[0]!;
  const all: { bench: string; results: Result[] }[] = [];
  const versions: { postgres?: string; temporal?: string } = {};
  let servers = createBenchServers();
  for (const bench of chosen) {
    const started = performance.now();
    try {
      all.push({ bench, results: await benches[bench]!.run(servers, { quick: values.quick }) });
      Object.assign(versions, servers.versions());
    } finally {
      // Separate servers, so that no bench uses caches and tables of an earlier one; in a smoke run nothing is compared.
      if (values.quick) await servers.clear();
      else await servers.stop();
    }
    if (!values.quick) servers = createBenchServers();
    progress(`${bench} took ${Math.round((performance.now() - started) / 1000)} s`);
  }
  await servers.stop();
  const text = [
    toTable(all),
    ...(values.quick ? ['Smoke run: these figures mean nothing.'] : []),
    describeMachine(versions, load),
    chosen.map((name) => `- \`${name}\`: ${benches[name]!.description}`).join('\n'),
    'Figures are medians, with the lowest and the highest round in brackets; a ratio is of the two sides of one round.',
  ].join('\n\n');
  console.log(text);
  if (values.write) writeInto(document, text);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
