import { type Agent, type IncomingMessage, request } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

/** Lets a server listen on a free port, which it answers. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The answer. */
export interface Heard {
  status: number;
  connection?: string;
  text: string;
}

/** Makes a request as a proxy does, on a connection that is kept. */
export function ask(
  port: number,
  agent: Agent,
  options: { path?: string; body?: string; key?: string } = {},
): Promise<Heard> {
  const { path: address = '/', body, key } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ port, agent, path: address, method: body === undefined ? 'GET' : 'POST' },
        headers: {
          ...(key && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          }),
        },
      },
      async (answer: IncomingMessage) => {
        try {
          let text = '';
          for await (const chunk of answer) text += chunk;
          resolve({ status: answer.statusCode!, connection: answer.headers.connection, text });
        } catch (error) {
          reject(error);
        }
      },
    );
    sent.on('error', reject).end(body);
  });
}
