import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** How a server is stopped. */
export interface Shutdown {
  /** True from the first call of `stop` on. */
  isStopping(): boolean;
  /**
   * Accepts requests for `drainMs` more, asks each client to close its connection, then stops listening, and resolves
   * when the last answer is out.
   * @param options.drainMs milliseconds for a proxy to notice that this server is not ready
   * @param options.graceMs milliseconds after that, when what still runs is cut
   */
  stop(options: { drainMs: number; graceMs: number }): Promise<void>;
}

/**
 * Stops an HTTP server without losing a request. Node's own `close` cuts an answer that a slow client still reads,
 * and waits for connections on which nothing was ever asked.
 * @param server before it listens, and before any other listener
 */
export function shutdownOf(server: Server): Shutdown {
  let isStopping = false;
  let isClosed = false;
  const answers = new Set<ServerResponse>();
  /** Bytes that each connection had brought when its latest request was answered. */
  const connections = new Map<Socket, number>();

  server.on('connection', (socket) => {
    connections.set(socket, 0);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (req, res) => {
    answers.add(res);
    if (isStopping) askToClose(res);
    res.once('close', () => {
      answers.delete(res);
      if (connections.has(req.socket)) connections.set(req.socket, req.socket.bytesRead);
      if (isClosed) closeIdle();
    });
  });

  /** Ends the idle connections. */
  function closeIdle(): void {
    const busy = new Set([...answers].map(({ req }) => req.socket));
    for (const [socket, answered] of connections) {
      if (!busy.has(socket) && socket.bytesRead === answered) socket.destroySoon();
    }
  }

  return {
    isStopping: () => isStopping,
    async stop({ drainMs, graceMs }) {
      isStopping = true;
      for (const answer of answers) askToClose(answer);
      await new Promise((resolve) => setTimeout(resolve, drainMs));
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        NetServer.prototype.close.call(server, () => {
          clearTimeout(cut);
          resolve();
        });
        isClosed = true;
        closeIdle();
      });
    },
  };
}

function askToClose(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('Connection', 'close');
}
