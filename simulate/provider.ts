import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A payment at the provider. */
interface Payment {
  outcome: 'paid' | 'failed';
  /** How many inquiries are answered with "accepted" before the outcome. */
  slowness: number;
  /** How often it was instructed. */
  instructed: number;
}

/** A payout provider with the habits of real ones. */
export interface Provider {
  url: string;
  payments: Map<string, Payment>;
  stop(): Promise<void>;
}

/** Longer than the platform waits for an answer. */
const LATE_MS = 2500;

/**
 * Starts a provider that pays and refuses, at once or later, and at times does it and then answers too late, with a
 * fault, or not at all. What it does is drawn from the seed and the order in which payments arrive.
 */
export async function startProvider(seed: number): Promise<Provider> {
  const payments = new Map<string, Payment>();
  const server = createServer(async (req, res) => {
    const json = (status: number, body: object) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const id = String(req.headers['idempotency-key']);
    req.resume();
    if (req.method === 'GET') {
      const known = payments.get(id);
      if (!known) return void json(404, { detail: 'unknown' });
      if (known.slowness-- > 0) return void json(200, { status: 'accepted' });
      return void json(200, { status: known.outcome, reference: 'R', reason: 'account closed' });
    }
    const known = payments.get(id);
    if (known) {
      known.instructed++;
      return void json(200, { status: 'accepted' });
    }
    const habit = createHash('sha256').update(`${seed}/${payments.size}`).digest()[0]! % 10;
    const payment: Payment = { outcome: habit % 4 === 3 ? 'failed' : 'paid', slowness: 0, instructed: 1 };
    payments.set(id, payment);
    if (habit < 2) return void json(200, { status: 'paid', reference: 'R' });
    if (habit === 3) return void json(422, { reason: 'account closed' });
    if (habit === 4) return void json(500, {});
    if (habit === 5) return void req.socket.destroy();
    if (habit === 6) await delay(LATE_MS);
    payment.slowness = habit % 3;
    json(202, { status: 'accepted', reference: 'R' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    payments,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
