import { mailProcess } from '../activities/mail';
import type { ApiContext } from './endpoint';
import { startWorkflow } from './temporal';

/**
 * Has a mail sent that stands in `mails` and that no other process sends. Where Temporal is away it stays pending,
 * until `npm run recover` finds it.
 */
export async function sendQueuedMail(context: ApiContext, key: string): Promise<void> {
  await startWorkflow(context, { workflow: 'mail', ...mailProcess(key) }).catch((error: unknown) =>
    context.log.warn({ err: error, key }, 'a mail stays queued'),
  );
}
