import { type Dice, diceOf } from './dice';
import { makeOrderStory, type OrderStory } from './orderStory';

/** A part of the platform that is killed. */
export const PARTS = ['worker', 'api', 'temporal', 'postgres'] as const;
export type Part = (typeof PARTS)[number];

/** How a message is sent: once; twice at once, with one key or two; or once more after it was answered. */
export type Sending = 'once' | 'same_key' | 'two_keys';

/** A person of finance; what needs two people needs both. */
export type Finance = 0 | 1;

export type WithdrawalDecision = 'approve' | 'reject' | 'cancel' | 'return-payment';
export type ApplicationStep = 'approve' | 'reject' | 'request-changes' | 'resubmit' | 'withdraw';

/**
 * What one step does. Nothing in it depends on an answer: orders, withdrawals, runs and applications are named by the
 * number of the step that made them, and a fraction chooses among what is there at that moment.
 */
export type Action =
  | { type: 'order'; order: OrderStory; messages: number[]; sending: Sending }
  | { type: 'contradiction'; order: OrderStory; lineId: string }
  | {
      type: 'mistake';
      order: OrderStory;
      kind: 'line_unknown' | 'too_many' | 'before_payment' | 'other_content';
    }
  | { type: 'hold'; order: OrderStory; nth: number; reason: 'finance' | 'risk'; both: boolean }
  | { type: 'unhold'; order: OrderStory; nth: number }
  | { type: 'suspend' | 'reinstate'; distributor: number; sending: Sending; bulk: boolean }
  | { type: 'propose'; by: Finance; distributor: number | null; sending: Sending }
  | { type: 'decide_run'; run: number; by: Finance; decision: 'approve' | 'reject' | 'both' }
  | { type: 'withdraw'; distributor: number; fraction: number; sending: Sending }
  | {
      type: 'decide_withdrawal';
      withdrawal: number;
      by: Finance;
      decisions: WithdrawalDecision[];
      sending: Sending;
    }
  | { type: 'bulk_withdrawals'; withdrawals: number[]; by: Finance; decision: 'approve' | 'reject' }
  | { type: 'batch'; sending: Sending }
  | { type: 'confirm'; failing: number; both: boolean }
  | { type: 'apply'; sponsor: number | null; sending: Sending }
  | { type: 'decide_application'; application: number; steps: ApplicationStep[]; deadlineMs: number }
  | { type: 'plan'; variant: number }
  | { type: 'look'; order: OrderStory }
  | { type: 'verify' }
  | { type: 'kill'; part: Part; downMs: number }
  | { type: 'switch_payout' };

/** The story of a seed, step by step: the same steps in each run. */
export type Story = (step: number) => Action;

/** A step that waits to be joined with an earlier one looks among the last so many. */
const RECENT = 60;

/**
 * Begins the story of a seed. Steps are asked for in order, from 1.
 * @param world.distributors number of distributors that are there from the start
 * @param world.windowMs longest return window of the plans
 * @param world.kills whether parts are killed, at steps that the seed names
 */
export function beginStory(
  seed: number,
  { distributors, windowMs, kills }: { distributors: number; windowMs: number; kills: boolean },
): Story {
  const orders: { story: OrderStory; sent: number; spare: string | undefined }[] = [];
  const made = { propose: [] as number[], withdraw: [] as number[], apply: [] as number[] };
  const fateful = diceOf(seed, 0);
  let parts: Part[] = [];
  let nextKill = kills ? fateful.int(40, 70) : Number.POSITIVE_INFINITY;
  let nextSwitch = fateful.int(90, 150);
  let plans = fateful.int(0, 3);

  return (step) => {
    const dice = diceOf(seed, step);
    if (step === nextKill) {
      nextKill += fateful.int(50, 90);
      if (parts.length === 0) parts = fateful.shuffled(PARTS);
      return { type: 'kill', part: parts.pop()!, downMs: dice.int(0, 1500) };
    }
    if (step === nextSwitch) {
      nextSwitch += fateful.int(150, 250);
      return { type: 'switch_payout' };
    }
    const action = tell(dice, step);
    if (action.type in made) made[action.type as keyof typeof made].push(step);
    return action;
  };

  function tell(dice: Dice, step: number): Action {
    const sending = dice.weighted<Sending>({ once: 80, same_key: 10, two_keys: 10 });
    const by = dice.int(0, 1) as Finance;
    const distributor = dice.int(0, distributors - 1);
    const order = orders.length > 0 ? orders[orders.length - 1 - lateness(dice, orders.length)] : undefined;
    const earlier = (kind: keyof typeof made) => made[kind].at(-1 - lateness(dice, made[kind].length, 12));
    const kind = dice.weighted({
      ...{ order: 17, next: 40, again: 6, contradiction: 3, mistake: 3, look: 5, verify: 1, plan: 1 },
      ...{ hold: 4, unhold: 3, suspend: 2, reinstate: 3, propose: 4, decide_run: 6 },
      ...{ withdraw: 7, decide_withdrawal: 12, bulk_withdrawals: 2, batch: 3, confirm: 3 },
      ...{ apply: 3, decide_application: 5 },
    });
    if (kind === 'order' || !order) {
      const story = makeOrderStory(dice, `S${seed}-${step}`, distributors, windowMs);
      orders.push({ story, sent: 1, spare: story.spareLine });
      return { type: 'order', order: story, messages: [0], sending };
    }
    const { story } = order;
    switch (kind) {
      case 'next': {
        const unfinished = orders.slice(-RECENT).filter((one) => one.sent < one.story.messages.length);
        const next = unfinished[dice.int(0, Math.max(0, unfinished.length - 1))];
        if (!next) return { type: 'look', order: story };
        const count = dice.chance(0.15) ? 2 : 1;
        const messages = next.story.messages.map((_, index) => index).slice(next.sent, next.sent + count);
        next.sent += messages.length;
        return { type: 'order', order: next.story, messages, sending };
      }
      case 'again':
        return { type: 'order', order: story, messages: [dice.int(0, order.sent - 1)], sending };
      case 'contradiction': {
        const candidate = orders.slice(-RECENT).find((one) => one.spare && isPaid(one));
        if (!candidate?.spare) return { type: 'look', order: story };
        const lineId = candidate.spare;
        candidate.spare = undefined;
        return { type: 'contradiction', order: candidate.story, lineId };
      }
      case 'mistake': {
        const mistakes = ['line_unknown', 'too_many', 'before_payment', 'other_content'] as const;
        return isPaid(order)
          ? { type: 'mistake', order: story, kind: dice.pick(mistakes) }
          : { type: 'look', order: story };
      }
      case 'hold':
        return {
          type: 'hold',
          order: story,
          nth: dice.int(0, 5),
          reason: dice.pick(['finance', 'risk']),
          both: dice.chance(0.2),
        };
      case 'unhold':
        return { type: 'unhold', order: story, nth: dice.int(0, 5) };
      case 'suspend':
      case 'reinstate':
        return { type: kind, distributor, sending, bulk: dice.chance(0.3) };
      case 'propose':
        return { type: 'propose', by, distributor: dice.chance(0.4) ? distributor : null, sending };
      case 'decide_run': {
        const run = earlier('propose');
        if (run === undefined) return { type: 'verify' };
        const decision = dice.weighted({ approve: 75, reject: 10, both: 15 });
        return { type: 'decide_run', run, by, decision };
      }
      case 'withdraw':
        return { type: 'withdraw', distributor, fraction: dice.int(10, 100) / 100, sending };
      case 'decide_withdrawal': {
        const withdrawal = earlier('withdraw');
        if (withdrawal === undefined) return { type: 'verify' };
        const one = dice.weighted<WithdrawalDecision>({
          ...{ approve: 70, reject: 10, cancel: 12, 'return-payment': 8 },
        });
        const decisions: WithdrawalDecision[] = dice.chance(0.15) ? ['approve', 'reject', 'cancel'] : [one];
        return { type: 'decide_withdrawal', withdrawal, by, decisions, sending };
      }
      case 'bulk_withdrawals': {
        const withdrawals = dice.shuffled(made.withdraw.slice(-8)).slice(0, 4);
        if (withdrawals.length === 0) return { type: 'verify' };
        return { type: kind, withdrawals, by, decision: dice.weighted({ approve: 80, reject: 20 }) };
      }
      case 'batch':
        return { type: 'batch', sending };
      case 'confirm':
        return { type: 'confirm', failing: dice.int(0, 2), both: dice.chance(0.2) };
      case 'apply':
        return { type: 'apply', sponsor: dice.chance(0.5) ? distributor : null, sending };
      case 'decide_application': {
        const application = earlier('apply');
        if (application === undefined) return { type: 'apply', sponsor: null, sending };
        const one = dice.weighted<ApplicationStep>({
          ...{ approve: 35, reject: 12, 'request-changes': 28, resubmit: 17, withdraw: 8 },
        });
        const steps: ApplicationStep[] = dice.chance(0.2) ? ['approve', 'reject', 'withdraw'] : [one];
        return { type: 'decide_application', application, steps, deadlineMs: dice.int(2000, 20_000) };
      }
      case 'plan':
        plans++;
        return { type: 'plan', variant: plans };
      case 'verify':
        return { type: 'verify' };
      case 'look':
        return { type: 'look', order: story };
    }
  }

  /** Whether the payment is sent, and was not merely stored: what follows finds an order. */
  function isPaid({ story, sent }: { story: OrderStory; sent: number }): boolean {
    return story.messages.slice(0, sent).some((message) => message.type === 'pay' && !message.async);
  }
}

/** How many back: mostly one of the last, now and then one from long ago. */
function lateness(dice: Dice, count: number, recent = RECENT): number {
  const most = Math.max(0, count - 1);
  return dice.int(0, dice.chance(0.85) ? Math.min(most, recent) : most);
}
