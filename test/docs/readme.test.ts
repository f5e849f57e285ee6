import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { startMailCatcher } from '../../embedded/mail';
import { startApi, startWorker } from '../support/api';

const run = promisify(execFile);
const separator = '--- next block';

interface Block {
  commands: string;
  /** What the page says they print; undefined where it says nothing. */
  answer?: string;
}

/** The commands of a page with the answers beneath them. */
function blocksOf(page: string): Block[] {
  const pattern = /```sh\n(.*?)```\n(?:\n```text\n(.*?)```\n)?/gs;
  return [...page.matchAll(pattern)].map(([, commands, answer]) => ({ commands: commands!, answer }));
}

test('the first five minutes of README.md go as the page says', async () => {
  const dataDir = mkdtempSync(path.join(process.env.TEST_DATA_DIR!, 'readme-'));
  const mails = await startMailCatcher({ dataDir, smtpPort: 0, httpPort: 0, log: () => {} });
  const api = await startApi({ SMTP_URL: mails.smtpUrl });
  const stopWorker = await startWorker(api.context);
  try {
    const key = await api.keyFor('admin');
    const blocks = blocksOf(readFileSync(path.join(__dirname, '..', '..', 'README.md'), 'utf8'));
    expect(blocks.length).toBeGreaterThan(5);
    const script = blocks
      .map(({ commands }) => commands)
      .join(`echo '${separator}'\n`)
      .replace('http://127.0.0.1:8080', api.url)
      .replace('http://127.0.0.1:8025', mails.url)
      .replace('$(cat .data/admin-key)', key);
    const { stdout } = await run('bash', ['-eu', '-o', 'pipefail', '-c', script], { timeout: 60_000 });
    const printed = stdout.replaceAll('\r', '').split(`${separator}\n`);
    const shown = blocks.map(({ answer }, index) => answer ?? printed[index]);
    expect(printed).toEqual(shown);
  } finally {
    await stopWorker();
    await api.stop();
    await mails.stop();
  }
}, 90_000);
