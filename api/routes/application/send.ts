import { type ArgsOf, send, type UpdateOf } from '../../../temporal/messages';
import type { ApiContext, Endpoint } from '../../http/endpoint';
import { senderOf } from '../../workflows/client';
import { type ApplicationBody, applicationSchema, readApplication } from './view';

/** The refusals and the answer of every step of an application. */
export const applicationStep = {
  errors: ['application_decided', 'application_state', 'claimed_by_another'],
  responses: { 200: { description: 'The application after the change.', schema: applicationSchema } },
} as const satisfies Pick<Endpoint, 'errors' | 'responses'>;

/** Sends a message to the process of an application and answers with the application after it. */
export async function sendToApplication<U extends UpdateOf<'application'>>(
  context: ApiContext,
  message: { id: string; update: U; args: ArgsOf<U>; messageId: string },
): Promise<ApplicationBody> {
  await send(senderOf(context), { kind: 'application', ...message });
  return readApplication(context, message.id);
}
