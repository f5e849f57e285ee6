import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {
  hrefOf,
  isPageKind,
  KINDS,
  keyOf,
  kinds,
  type ListKind,
  type ProcessKind,
  pageOfSubject,
  parseSubject,
  partsOf,
  processKinds,
  subjectOf,
} from '../../domain/kinds';
import { type Role, STAFF } from '../../domain/roles';
import { STATES } from '../../domain/words/glossary';
import * as workflows from '../../workflows';

const root = path.join(__dirname, '..', '..');

// The console is type-checked by rules of its own, so its modules are imported without their types.
const { PAGES, pageAt } = require('../../console/src/app/pages') as {
  PAGES: readonly { path: string }[];
  pageAt(pages: readonly { path: string }[], address: string): { path: string } | undefined;
};
const { mayOpen, menuFor } = require('../../console/src/app/menu') as {
  mayOpen(role: Role, address: string): boolean;
  menuFor(role: Role): { entries: readonly { href: string }[] }[];
};

const listKinds = KINDS.filter((kind): kind is ListKind => kinds[kind].path !== null);
const pageKinds = KINDS.filter(isPageKind);

const anyKind = fc.constantFrom(...KINDS);
/** What shops write, what encodings trip over, and anything else. */
const anyId = fc.oneof(
  fc.string({ unit: fc.constantFrom('/', '%', '2', '5', 'F', '#', ' ', '?', '订', 'a'), minLength: 1 }),
  fc.string({ unit: 'grapheme', minLength: 1 }),
);
const anyNamed = anyKind.chain((kind) =>
  fc.record({ kind: fc.constant(kind), id: kind === 'return' ? fc.tuple(anyId, anyId) : anyId }),
);

test('a subject parses back to its kind and its ID, whatever the ID holds', () => {
  fc.assert(
    fc.property(anyNamed, ({ kind, id }) => {
      expect(parseSubject(subjectOf(kind, id))).toEqual({ kind, id });
    }),
  );
});

test('an ID of another form than that of its kind does not compile', () => {
  // @ts-expect-error an application has one ID
  expect(subjectOf('application', ['a', 'b'])).toBe('application/a/b');
  // @ts-expect-error a return has that of its order and its own
  expect(subjectOf('return', 'R1')).toBe('return/R1');
  // @ts-expect-error only commissions and plans are numbered
  expect(subjectOf('order', 7)).toBe('order/7');
});

test('no two ids have one subject, and no two lists of parts one key', () => {
  // Few characters, so that pairs that differ by their slashes and percent signs alone are among them.
  const close = fc.array(fc.string({ unit: fc.constantFrom('/', '%', '2', 'F', 'a'), maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(close, close, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(keyOf(...one) === keyOf(...other)).toBe(same);
      expect(partsOf(keyOf(...one))).toEqual(one);
    }),
    { numRuns: 2000 },
  );
});

test.each(['', 'order', 'unicorn/7', 'toString/1', 'return/7', 'order/7/paid', 'return/7/R1/2'])(
  '%p is no subject',
  (subject) => {
    expect(parseSubject(subject)).toBeUndefined();
  },
);

/** Names put together by hand: what their parts hold would not be encoded, so that two of them could be one. */
const handMade = [
  new RegExp(`[\`'"](${KINDS.join('|')}|request)/(\\$\\{|['"] *\\+)`),
  /\$\{[^}]*subject[^}]*\}\//i,
  /\$\{[\w.]*kind\}\/\$/,
  // In SQL, where the ID is a text of the shop's. UUIDs and numbers need no encoding.
  /'(order|return|product|request)\/' *\|\|(?! *key_part\()/,
];

test('subjects and keys are put together by subjectOf and keyOf alone, in SQL with key_part', () => {
  const folders = ['domain', 'database', 'workflows', 'activities', 'temporal', 'api', 'prisma/sql'];
  const sources = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => path.join(folder, file))
      .filter((file) => /\.(tsx?|sql)$/.test(file) && file !== 'domain/kinds.ts'),
  );
  const found = sources.flatMap((file) =>
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .filter((line) => handMade.some((pattern) => pattern.test(line)))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test.each([
  `const about = \`order/\${id}\`;`,
  "const about = 'withdrawal/' + id;",
  `subject: \`\${subjectOf(kind, id)}/returned\`,`,
  `const about = \`\${kind}/\${id}\`;`,
  "WHERE subject = 'order/' || $1",
])('%p is found as put together by hand', (line) => {
  expect(handMade.some((pattern) => pattern.test(line))).toBe(true);
});

test('the page of a subject has its id as the last part of its address, whatever is in it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...pageKinds), anyId, (kind, id) => {
      const parts = hrefOf(kind, id).split('/');
      expect(parts).toHaveLength(3);
      expect(decodeURIComponent(parts[2]!)).toBe(id);
    }),
  );
});

test('a return is shown on the page of its order, and what has no page of its own in its list', () => {
  expect(pageOfSubject(subjectOf('return', ['A/1', 'R 1']))).toBe('/orders/A%2F1');
  expect(pageOfSubject('blacklist/7')).toBe('/blacklist');
  expect(pageOfSubject('session/7')).toBeUndefined();
});

test.each(KINDS)('what is open of the kind %s is among its states', (kind) => {
  expect(kinds[kind].states).toEqual(expect.arrayContaining([...kinds[kind].open]));
});

test.each(KINDS)('each state of the kind %s has words in both languages of the console', (kind) => {
  for (const state of kinds[kind].states) {
    expect([state, STATES[state]?.zh]).toEqual([state, expect.stringMatching(/\p{Script=Han}/u)]);
    expect([state, STATES[state]?.en]).toEqual([state, expect.stringMatching(/^[A-Z]/)]);
  }
});

test('no two kinds have one name or one path', () => {
  const names = KINDS.flatMap((kind) => [kinds[kind].names.zh, kinds[kind].names.en]);
  expect(new Set(names).size).toBe(names.length);
  const paths = listKinds.map((kind) => kinds[kind].path);
  expect(new Set(paths).size).toBe(paths.length);
});

test('each workflow is that of a kind, but for those of a schedule', () => {
  const ofKinds = processKinds.map((kind) => kinds[kind].workflow);
  expect([...ofKinds, 'housekeeping', 'reconcile'].sort()).toEqual(Object.keys(workflows).sort());
});

test.each(processKinds)(
  'the process %s is open in some state, recorded for the replay and described in the docs',
  (kind) => {
    const { open, workflow } = kinds[kind];
    expect(open.length).toBeGreaterThan(0);
    const histories = readdirSync(path.join(root, 'test', 'histories'));
    expect(histories.filter((file) => file.startsWith(`${workflow}-`))).not.toEqual([]);
    const architecture = readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8');
    expect(architecture).toMatch(new RegExp(`^\\| \`${workflow}\` .*\`${kind}/`, 'm'));
  },
);

/** Processes that send no mails of their own, each with the reason. */
const withoutMails: Partial<Record<ProcessKind, string>> = {
  order: 'the shop writes to its customers; distributors see it in their earnings',
  return: 'as for orders',
  release: 'finance sees it on its page; distributors see it in their earnings',
  payout: 'each of its withdrawals is mailed about',
  bulk: 'its page shows it to who started it',
  mail: 'it is one',
};

/** The name of the files of a kind: `accountChange` of `account_change`. */
const fileOf = (kind: string) => kind.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

test.each(processKinds)('the process %s has texts for its mails, or a reason to send none', (kind) => {
  const hasTexts = existsSync(path.join(root, 'domain', 'mail', `${fileOf(kind)}.ts`));
  expect([kind, hasTexts]).toEqual([kind, !(kind in withoutMails)]);
});

test.each(processKinds)('the process %s is listed in the console', (kind) => {
  expect(kinds[kind].path).not.toBeNull();
});

test.each(listKinds)(
  'the console opens the list of the kind %s, from the menu of who may read it',
  (kind) => {
    const { path: list, readers } = kinds[kind];
    expect(pageAt(PAGES, list)?.path).toBe(list);
    for (const role of STAFF) {
      const reads = (readers as readonly Role[]).includes(role);
      expect([role, mayOpen(role, list)]).toEqual([role, reads]);
      const hrefs = menuFor(role).flatMap(({ entries }) => entries.map(({ href }) => href));
      expect([role, hrefs.filter((href) => href === list).length]).toEqual([role, reads ? 1 : 0]);
    }
  },
);

test.each(pageKinds)('the console opens the page of a subject of the kind %s', (kind) => {
  expect(pageAt(PAGES, hrefOf(kind, 'A/1 #2'))?.path).toBe(`${kinds[kind].path}/:id`);
});
