import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configurationPage, envExample } from '../cli/docs';

const root = path.join(__dirname, '..');

test('docs/configuration.md and .env.example list the settings as they are (npm run docs writes them)', () => {
  expect(readFileSync(path.join(root, 'docs', 'configuration.md'), 'utf8')).toBe(configurationPage());
  expect(readFileSync(path.join(root, '.env.example'), 'utf8')).toBe(envExample());
});
