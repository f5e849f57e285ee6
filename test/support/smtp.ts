import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { eventually } from './eventually';

/** A real mail server that keeps what it takes. */
export interface TestSmtp {
  url: string;
  received: Email[];
  stop(): Promise<void>;
}

/** Starts a mail server on a free port. Handlers in `options` make it fail, stall or refuse. */
export async function startSmtp(options: SMTPServerOptions = {}): Promise<TestSmtp> {
  const received: Email[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      buffer(stream)
        .then((raw) => PostalMime.parse(raw))
        .then((mail) => {
          received.push(mail);
          done();
        }, done);
    },
    ...options,
  });
  // Clients that hang up in the middle are what some tests are about.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** An answer of a mail server that is not yes: 4xx for now, 5xx for good. */
export function smtpAnswer(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

/**
 * The newest link to a page of the console in the mails to an address, waited for.
 * @param page how its path begins
 * @returns path and fragment: the mails name the configured address of the console, which a test runs elsewhere
 */
export async function linkTo({ received }: TestSmtp, email: string, page: string): Promise<string> {
  const links = () =>
    received
      .filter(({ to }) => to?.some(({ address }) => address === email))
      .flatMap(({ text }) => text?.match(/http:\/\/\S+/g) ?? [])
      .map((link) => link.slice(new URL(link).origin.length))
      .filter((link) => link.startsWith(page));
  await eventually(`a mail to ${email} with a link to ${page}`, () => links().length > 0);
  return links().at(-1)!;
}
