import { readFileSync } from 'node:fs';
import path from 'node:path';
import { refusalsPage } from '../../cli/docs';
import { codesOfBefore, refusals } from '../../domain/refusals';

const file = path.join(__dirname, '..', '..', 'docs', 'refusals.md');

test('docs/refusals.md is current (npm run docs)', () => {
  expect(readFileSync(file, 'utf8')).toBe(refusalsPage());
});

test('an earlier code is not used any more, and is replaced by one code only', () => {
  const before = Object.values(codesOfBefore).flat();
  expect(before.filter((code) => Object.hasOwn(refusals, code))).toEqual([]);
  expect(new Set(before).size).toBe(before.length);
});

test('each meaning of a code can be read alone', () => {
  for (const meaning of Object.values(refusals)) expect(meaning).toMatch(/^[A-Z].*\.$/s);
});
