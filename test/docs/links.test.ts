import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const pages = [
  'README.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
];

test.each(pages)('every file that %s links to or shows is there', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)]
    .map(([, link, picture]) => (link ?? picture)!.split('#')[0]!)
    .filter((target) => target && !/^[a-z]+:/.test(target));
  const missing = targets.filter((target) => !existsSync(path.join(root, path.dirname(page), target)));
  expect(missing).toEqual([]);
});
