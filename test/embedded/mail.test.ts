import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import nodemailer from 'nodemailer';
import { type CaughtMail, type MailCatcher, startMailCatcher } from '../../embedded/mail';

let dataDir: string;
let catcher: MailCatcher;

const start = () => startMailCatcher({ dataDir, smtpPort: 0, httpPort: 0, log: () => {} });
const caught = async () => (await (await fetch(`${catcher.url}/api/messages`)).json()) as CaughtMail[];

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'mail-'));
  catcher = await start();
});
afterEach(async () => {
  await catcher.stop();
  rmSync(dataDir, { recursive: true });
});

async function send(subject: string, text: string): Promise<void> {
  const transport = nodemailer.createTransport(catcher.smtpUrl);
  await transport.sendMail({
    from: 'Brand <brand@example.com>',
    to: '分销商 <d1@example.com>',
    subject,
    text,
  });
  transport.close();
}

test('a mail sent to the catcher is shown, newest first, and kept over a restart', async () => {
  await send('资质即将到期', 'Renew it before 1 May.');
  await send('Second', 'Newer');

  expect(await caught()).toEqual([
    expect.objectContaining({ subject: 'Second' }),
    {
      id: expect.any(String),
      from: 'Brand <brand@example.com>',
      to: ['分销商 <d1@example.com>'],
      subject: '资质即将到期',
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      text: 'Renew it before 1 May.\n',
    },
  ]);
  expect(readdirSync(path.join(dataDir, 'mails'))).toHaveLength(2);

  await catcher.stop();
  catcher = await start();
  expect((await caught()).map(({ subject }) => subject)).toEqual(['Second', '资质即将到期']);
});

test('what a mail contains cannot act on the page that shows it', async () => {
  await send('<script>alert(1)</script>', '<img src=x onerror=alert(1)>');
  const [mail] = await caught();
  for (const page of ['/', `/mails/${mail?.id}`]) {
    const response = await fetch(catcher.url + page);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toMatch(/<script|<img/);
  }
});
