import { TestWorkflowEnvironment } from '@temporalio/testing';
import { timeSkippingExecutable } from '../../embedded/testServer';

const ATTEMPTS = 5;

/**
 * Starts the server that skips time. The SDK waits five seconds for it, which a Java process on a busy machine can
 * exceed; the next attempt finds its files in memory.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const server = await timeSkippingExecutable();
  for (let attempt = 1; ; attempt++) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({ server });
    } catch (error) {
      if (attempt === ATTEMPTS || !/did not start within/.test((error as Error).message)) throw error;
    }
  }
}
