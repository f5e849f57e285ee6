import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { freePort, spawnChild, untilReady } from '../../embedded/children';
import { timeSkippingExecutable } from '../../embedded/testServer';
import './runtime';

/**
 * Starts the server that skips time, with clients of it. `teardown` it. It has one clock: one for each test file.
 *
 * Not by the SDK's `createTimeSkipping`: that gives the server five seconds to start, which a Java process on a busy
 * machine exceeds.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const { executable } = await timeSkippingExecutable();
  if (executable?.type !== 'existing-path') throw new Error('the server is a program on this machine');
  const port = await freePort(0);
  const name = `time-skipping-${randomBytes(4).toString('hex')}`;
  // Without the option --enable-time-skipping, which lets time skip from the start and not only when asked to.
  const child = await spawnChild(name, executable.path, [String(port)], {
    // The run's guard stops what is recorded there, should this process be killed.
    dataDir: process.env.TEST_DATA_DIR as string,
  });
  const address = `127.0.0.1:${port}`;
  const probe = await untilReady('the time-skipping server', child, 90_000, () =>
    Connection.connect({ address, connectTimeout: 2_000 }),
  );
  await probe.close();
  // The SDK connects its time-skipping client only to a server it started; this is the step of it after the start.
  // biome-ignore lint/complexity/useLiteralKeys: TypeScript lets a private member be reached only like this
  const environment: TestWorkflowEnvironment = await TestWorkflowEnvironment['create']({
    server: { type: 'existing' },
    address,
    namespace: 'default',
    supportsTimeSkipping: true,
  });
  const disconnect = environment.teardown.bind(environment);
  environment.teardown = async () => {
    await disconnect();
    await child.stop();
  };
  return environment;
}
