import { Agent, createServer } from 'node:http';
import { connect } from 'node:net';
import { shutdownOf } from '../../../api/http/shutdown';
import { eventually } from '../../support/eventually';
import { ask, listening } from '../../support/http';

describe('a server that is asked to stop', () => {
  const agents: Agent[] = [];
  const kept = () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  };
  afterAll(() => {
    for (const agent of agents) agent.destroy();
  });

  /** Answers `/slow` when the test lets it. */
  async function start() {
    let finish = () => {};
    let isAsked = false;
    const server = createServer();
    const shutdown = shutdownOf(server);
    server.on('request', (req, res) => {
      if (req.url !== '/slow') return void res.end('quick');
      isAsked = true;
      finish = () => void res.end('x'.repeat(20_000_000));
    });
    const port = await listening(server);
    return { port, shutdown, asked: () => isAsked, finish: () => finish() };
  }
  const grace = { drainMs: 0, graceMs: 600_000 };

  test('asks each client to close its connection, and ends when the last answer is out whole', async () => {
    const { port, shutdown, asked, finish } = await start();
    const slow = ask(port, kept(), { path: '/slow' });
    await eventually('it is asked', asked);
    const stopped = shutdown.stop(grace);
    finish();
    const { text, connection } = await slow;
    expect([text.length, connection]).toEqual([20_000_000, 'close']);
    await stopped;
  });

  test('does not wait for connections on which nothing is asked', async () => {
    const { port, shutdown } = await start();
    const idle = kept();
    expect(await ask(port, idle)).toEqual({ status: 200, connection: 'keep-alive', text: 'quick' });
    const mute = connect(port, '127.0.0.1');
    await new Promise((resolve) => mute.once('connect', resolve));
    await shutdown.stop(grace);
    mute.destroy();
  });

  test('takes what a proxy still sends until the proxy has noticed', async () => {
    const { port, shutdown } = await start();
    const proxy = kept();
    await ask(port, proxy);
    const stopped = shutdown.stop({ ...grace, drainMs: 1_500 });
    expect(shutdown.isStopping()).toBe(true);
    expect(await ask(port, proxy)).toEqual({ status: 200, connection: 'close', text: 'quick' });
    expect(await ask(port, proxy)).toEqual({ status: 200, connection: 'close', text: 'quick' });
    await stopped;
    await expect(ask(port, proxy)).rejects.toThrow('ECONNREFUSED');
  });

  test('cuts requests that outlast the grace period', async () => {
    const { port, shutdown, asked } = await start();
    const slow = ask(port, kept(), { path: '/slow' }).catch((error: NodeJS.ErrnoException) => error.code);
    await eventually('it is asked', asked);
    await shutdown.stop({ drainMs: 0, graceMs: 10 });
    expect(await slow).toBe('ECONNRESET');
  });
});
