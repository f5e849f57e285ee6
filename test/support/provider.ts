import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A payout provider that takes every instruction and says that it is paid when it is asked. */
export interface AcceptingProvider {
  url: string;
  /** How often each payout was instructed, by its idempotency key. */
  instructed: Map<string, number>;
  stop(): Promise<void>;
}

/** Starts one on a free port. */
export async function startProvider(): Promise<AcceptingProvider> {
  const instructed = new Map<string, number>();
  const server = createServer(async (req, res) => {
    const json = (status: number, body: unknown) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const id = String(req.headers['idempotency-key']);
    if (req.method === 'GET') {
      return void (instructed.has(id) ? json(200, { status: 'paid', reference: 'R' }) : json(404, {}));
    }
    req.resume();
    instructed.set(id, (instructed.get(id) ?? 0) + 1);
    json(202, { status: 'accepted', reference: 'R' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    instructed,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
