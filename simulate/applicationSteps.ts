import { applicationOf } from './setup';
import type { Action, ApplicationStep } from './story';
import { type ApplicationRecord, Finding, post, type World } from './world';

type Of<Type extends Action['type']> = Extract<Action, { type: Type }>;

/** Numbers of applicants who come during the story, after those who are there from the start. */
const FIRST_APPLICANT = 100;

/** Hands in an application. */
export async function apply(world: World, step: number, { sponsor, sending }: Of<'apply'>): Promise<void> {
  const code = sponsor === null ? undefined : world.distributors[sponsor]!.code;
  const request = {
    path: '/v1/applications',
    body: applicationOf(FIRST_APPLICANT + step, code),
    key: `step/${step}`,
  };
  // The answer carries a token, so it is not kept for the repeat; the application is the same one.
  const times = sending === 'same_key' ? 2 : 1;
  const answers = await Promise.all(
    Array.from({ length: times }, () => post<{ id: string }>(world.api.compliance, step, request)),
  );
  const [answer] = answers;
  if (answers.some(({ code, body }) => code === 'ok' && body.id !== answer!.body.id))
    throw new Finding(step, 'one application was taken for two');
  if (answer!.code !== 'ok') throw new Finding(step, `application: ${answer!.code} ${answer!.message}`);
  world.applications.set(step, { id: answer!.body.id, state: 'in_review', steps: new Set([step]) });
}

/** Takes steps of an application, several of them at once. */
export async function decideApplication(
  world: World,
  step: number,
  { application, steps, deadlineMs }: Of<'decide_application'>,
): Promise<void> {
  const record = world.applications.get(application);
  if (!record) return;
  record.steps.add(step);
  const deadline = Date.now() + deadlineMs;
  const bodies: Record<ApplicationStep, object> = {
    // A sponsor who is suspended is a failed check, which needs a note.
    approve: { tier: 'silver', note: 'known in person' },
    reject: { reason: 'not now' },
    'request-changes': { message: 'another region', deadline: new Date(deadline).toISOString() },
    resubmit: { ...applicationOf(FIRST_APPLICANT + application, undefined), region: 'CN-33' },
    withdraw: {},
  };
  const answers = await Promise.all(
    steps.map(async (one) => {
      const path = `/v1/applications/${record.id}/${one}`;
      const body = one === 'withdraw' ? undefined : bodies[one];
      const message = { path, body: body as object, key: `step/${step}/${one}` };
      return { one, ...(await post(world.api.compliance, step, message)) };
    }),
  );
  const possible = steps.filter((one) => allows(record, one));
  const taken = answers.filter((answer) => answer.code === 'ok');
  const isOverdue = record.state === 'changes_requested' && Date.now() > record.deadline! - 1000;
  const isLate = answers.some((answer) => answer.code === 'deadline_passed');
  const fits =
    taken.length === Math.min(1, possible.length) && taken.every(({ one }) => possible.includes(one));
  if (!fits && !isLate && !(isOverdue && taken.length === 0)) {
    const codes = answers.map(({ one, code, message }) => `${one} ${code} ${message}`).join(', ');
    throw new Finding(step, `application ${record.id}, ${record.state}: ${codes}`);
  }
  const [first] = taken;
  if (!first) return;
  delete record.deadline;
  if (first.one === 'request-changes') record.deadline = deadline;
  const states = {
    approve: 'approved',
    reject: 'rejected',
    withdraw: 'withdrawn',
    resubmit: 'in_review',
  } as const;
  record.state = first.one === 'request-changes' ? 'changes_requested' : states[first.one];
}

function allows({ state }: ApplicationRecord, step: ApplicationStep): boolean {
  if (step === 'withdraw') return state === 'in_review' || state === 'changes_requested';
  return state === (step === 'resubmit' ? 'changes_requested' : 'in_review');
}
