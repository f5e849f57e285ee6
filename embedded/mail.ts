import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Address } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { freePort, type Log } from './children';

/** An email as in `GET /api/messages`. */
export interface CaughtMail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  /** RFC 3339, when it was caught. */
  date: string;
  text: string;
}

/** A running mail catcher. */
export interface MailCatcher {
  smtpUrl: string;
  /** Page with the emails; `/api/messages` below it returns them as JSON. */
  url: string;
  stop(): Promise<void>;
}

/** Max number of stored emails; older ones are deleted, so that a long demo cannot fill the disk. */
const kept = 2000;
const largestMail = 25 * 1024 * 1024;

/** Receives every email and delivers none: shows them on a page and stores them as .eml in `<dataDir>/mails`. */
export async function startMailCatcher(options: {
  dataDir: string;
  /** @default 1025 */
  smtpPort?: number;
  /** @default 8025 */
  httpPort?: number;
  log: Log;
}): Promise<MailCatcher> {
  const folder = path.join(options.dataDir, 'mails');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = (id: string) => path.join(folder, `${id}.eml`);
  const mails: CaughtMail[] = [];
  const add = async (id: string, raw: Buffer) => {
    mails.unshift(await parse(id, raw));
    for (const old of mails.splice(kept)) rmSync(fileOf(old.id), { force: true });
  };
  // IDs start with the time, so their order is the order of arrival.
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith('.eml')) await add(path.basename(file, '.eml'), readFileSync(path.join(folder, file)));
  }

  const receive = async (raw: Buffer) => {
    const id = `${new Date().toISOString().replaceAll(':', '-')}_${randomBytes(4).toString('hex')}`;
    writeFileSync(fileOf(id), raw, { mode: 0o600 });
    await add(id, raw);
  };
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: largestMail,
    onData(stream, _session, done) {
      buffer(stream)
        .then(receive)
        .then(
          () => done(),
          (error: Error) => done(error),
        );
    },
  });
  smtp.on('error', (error: Error) => options.log(`Mail catcher: ${error.message}`));
  const smtpPort = await freePort(options.smtpPort ?? 1025);
  await new Promise<void>((resolve) => smtp.listen(smtpPort, '127.0.0.1', () => resolve()));

  const http = createServer((request, response) => answer(request.url ?? '/', mails, fileOf, response));
  const httpPort = await freePort(options.httpPort ?? 8025);
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject).listen(httpPort, '127.0.0.1', resolve);
  });
  return {
    smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    url: `http://127.0.0.1:${httpPort}`,
    async stop() {
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function parse(id: string, raw: Buffer): Promise<CaughtMail> {
  const mail = await PostalMime.parse(raw);
  const [day, time] = id.split('T');
  return {
    id,
    from: addresses(mail.from && [mail.from]).join(', '),
    to: addresses(mail.to),
    subject: mail.subject ?? '',
    date: `${day}T${time?.slice(0, 12).replaceAll('-', ':')}Z`,
    text: mail.text ?? mail.html ?? '',
  };
}

function addresses(list: Address[] = []): string[] {
  return list.flatMap((entry) => {
    if (entry.group) return entry.group.map((member) => member.address);
    return entry.name ? `${entry.name} <${entry.address}>` : entry.address;
  });
}

function answer(
  url: string,
  mails: CaughtMail[],
  fileOf: (id: string) => string,
  response: ServerResponse,
): void {
  const send = (status: number, type: string, body: string | Buffer) =>
    response
      .writeHead(status, {
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
      .end(body);
  const { pathname } = new URL(url, 'http://localhost');
  const mail = mails.find(({ id }) => pathname === `/mails/${id}` || pathname === `/mails/${id}.eml`);
  if (pathname === '/') send(200, 'text/html', listPage(mails));
  else if (pathname === '/api/messages') send(200, 'application/json', JSON.stringify(mails));
  else if (!mail) send(404, 'text/plain', 'There is no such email.\n');
  else if (pathname.endsWith('.eml')) send(200, 'text/plain', readFileSync(fileOf(mail.id)));
  else send(200, 'text/html', mailPage(mail));
}

function listPage(mails: CaughtMail[]): string {
  const rows = mails.map(
    ({ id, from, to, subject, date }) =>
      `<tr><td><a href="/mails/${escapeHtml(id)}">${escapeHtml(subject || '(no subject)')}</a></td>` +
      `<td>${escapeHtml(to.join(', '))}</td><td>${escapeHtml(from)}</td><td>${escapeHtml(date)}</td></tr>`,
  );
  const table = `<table><tr><th>Subject<th>To<th>From<th>Caught</tr>${rows.join('\n')}</table>`;
  return page('Caught emails', `<h1>Caught emails</h1>${mails.length ? table : '<p>No emails yet.</p>'}`);
}

function mailPage({ id, from, to, subject, date, text }: CaughtMail): string {
  return page(
    subject,
    `<p><a href="/">All emails</a> · <a href="/mails/${escapeHtml(id)}.eml">source</a></p>` +
      `<h1>${escapeHtml(subject || '(no subject)')}</h1>` +
      `<p>From ${escapeHtml(from)}<br>To ${escapeHtml(to.join(', '))}<br>Caught ${escapeHtml(date)}</p>` +
      `<pre>${escapeHtml(text)}</pre>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884; }
pre { white-space: pre-wrap; }
</style>
${body}</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
