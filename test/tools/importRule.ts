import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What each folder may import of ours, by folder or root file; `typesFrom` with `import type` only. Dependencies
 * point one way, so that the rules stay testable alone and workflows stay deterministic.
 */
export const rules: Record<string, { from: string[]; typesFrom?: string[] }> = {
  config: { from: [] },
  log: { from: ['config'] },
  retry: { from: ['log'] },
  domain: { from: ['domain'] },
  database: { from: ['database', 'domain', 'prisma', 'config', 'log'] },
  workflows: { from: ['workflows', 'domain'], typesFrom: ['activities', 'database'] },
  temporal: { from: ['temporal', 'database', 'domain', 'workflows', 'config', 'log', 'package.json'] },
  activities: {
    from: ['activities', 'database', 'domain', 'temporal', 'workflows', 'prisma', 'config', 'log'],
  },
  api: {
    from: [
      'api',
      'domain',
      'database',
      'activities',
      'workflows',
      'temporal',
      'prisma',
      'config',
      'log',
      'retry',
      'package.json',
    ],
  },
  // Runs in the browser: of the rest it knows only the rules.
  console: { from: ['console', 'domain'] },
  worker: { from: ['activities', 'database', 'temporal', 'prisma', 'config', 'log', 'retry'] },
  prisma: { from: ['prisma'] },
  // Starts API and worker as processes of their own.
  embedded: { from: ['embedded', 'cli', 'database', 'prisma', 'config'] },
  cli: { from: ['cli', 'api', 'database', 'domain', 'embedded', 'temporal', 'config'] },
  bench: {
    from: [
      'bench',
      'domain',
      'database',
      'activities',
      'workflows',
      'temporal',
      'api',
      'cli',
      'prisma',
      'embedded',
      'config',
      'log',
      // Only to open a browser, as the tests do.
      'test',
    ],
  },
  // The model computes what must come out by itself: the rules of the platform are what it judges.
  simulate: {
    from: [
      'simulate',
      'activities',
      'database',
      'temporal',
      'prisma',
      'embedded',
      'cli',
      'config',
      'log',
      'retry',
    ],
  },
};

const importPattern =
  /^[ \t]*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm;

/**
 * Finds imports against the rules.
 * @param source text of the file
 * @param file its path in the repository, such as `api/routes/order/order.ts`
 * @returns one line for each, with file and line number
 */
export function violations(source: string, file: string): string[] {
  const folder = partOf(file);
  const rule = rules[folder];
  if (!rule) return [];
  return [...source.matchAll(importPattern)].flatMap((match) => {
    const [text, typeOnly, declared, called] = match;
    const specifier = declared ?? called ?? '';
    if (!specifier.startsWith('.')) return [];
    const target = path.posix.join(path.posix.dirname(file), specifier).replace(/\.[jt]s$/, '');
    const part = partOf(target);
    const allowed = rule.from.includes(part) || (typeOnly && rule.typesFrom?.includes(part));
    if (allowed) return [];
    const indent = text.length - text.trimStart().length;
    const line = source.slice(0, match.index + indent).split('\n').length;
    const hint = rule.typesFrom?.includes(part) ? ', except with `import type`' : '';
    return [`${file}:${line}: ${folder} must not import ${target}${hint}`];
  });
}

/** The folder or root file that a file is in or is. */
function partOf(file: string): string {
  return file.split('/')[0]!.replace(/\.ts$/, '');
}

function main(): void {
  const root = path.join(__dirname, '..', '..');
  const found = Object.keys(rules)
    .flatMap((part) => sources(path.join(root, part)))
    .flatMap((file) => violations(readFileSync(file, 'utf8'), path.relative(root, file)));
  for (const line of found) console.error(line);
  if (found.length) process.exit(1);
}

/** The sources of a folder or root file. */
function sources(part: string): string[] {
  if (existsSync(`${part}.ts`)) return [`${part}.ts`];
  return readdirSync(part, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/^(node_modules|dist)\//.test(file))
    .map((file) => path.join(part, file));
}

if (require.main === module) main();
