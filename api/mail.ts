import type { ApiContext } from './endpoint';
import { startWorkflow } from './temporal';

/**
 * Has a mail sent that stands in `mails` and belongs to no other process. Where Temporal is away it stays pending,
 * until `npm run recover` finds it.
 */
export async function sendQueuedMail(context: ApiContext, key: string): Promise<void> {
  await startWorkflow(context, { workflow: 'mail', workflowId: `mail/${key}`, input: [{ key }] }).catch(
    (error: unknown) => context.log.warn({ err: error, key }, 'a mail stays queued'),
  );
}
