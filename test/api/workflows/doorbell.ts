import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';

const refusal = {
  code: 'door_locked',
  status: 409,
  message: 'The door is locked; ring later.',
  pointer: '/door',
};
const refuse = () =>
  ApplicationFailure.create({
    type: refusal.code,
    message: refusal.message,
    nonRetryable: true,
    details: [refusal],
  });

/** A workflow with every kind of answer that the API has to distinguish. */
export async function doorbell(): Promise<void> {
  let open = false;
  let rung = 0;
  const ring = async (how: string) => {
    if (how === 'refuse') throw refuse();
    if (how === 'break') throw ApplicationFailure.nonRetryable('wires are cut', 'Broken');
    if (how === 'wait') await condition(() => open);
    if (how === 'open') open = true;
    return { rung: ++rung, how };
  };
  setHandler(defineUpdate<unknown, [string]>('ring'), ring, {
    validator: (how) => {
      if (how === 'invalid') throw refuse();
    },
  });
  await condition(() => false);
}
