import { Context } from '@temporalio/activity';
import type { Sender } from './messages';

/**
 * How an activity sends messages to other processes, which run on its own task queue.
 * @param withinMs longest wait for each call
 */
export function activitySender(withinMs: number): Sender {
  const { client, info } = Context.current();
  return {
    taskQueue: info.taskQueue,
    call: (work) => client.connection.withDeadline(Date.now() + withinMs, () => work(client.workflow)),
  };
}
