import { type Config, durationMs } from '../../config';
import { countApproval } from '../../database/approvals';
import { decide, decided, notFound, type Outcome, wrongState } from '../../database/decide';
import { type Actor, addEvent, SYSTEM } from '../../database/journal';
import { queueMails } from '../../database/mails';
import { type Client, inTransaction, type Pool } from '../../database/pool';
import { asRefusal, refuse } from '../../database/refusal';
import type { Sealer } from '../../database/sealing';
import {
  type AccountChangeState,
  afterApproval,
  canChange,
  confirmationOf,
  isEnded,
} from '../../domain/accountChange';
import { keyOf, subjectOf } from '../../domain/kinds';
import { checkChange, obstacleTo, terminated } from './checks';
import { changeDistributor } from './effect';
import { accountChangeMails } from './mails';
import { type AccountChangeRequest, insertChange, refuseUnchanged } from './request';
import {
  type AccountChangeRow,
  type AccountChangeStep,
  findChange,
  lockChange,
  lockDistributor,
  readDistributor,
} from './row';

export type { AccountChangeRequest } from './request';
export type { AccountChangeStep } from './row';

/** What a person decided about a change. `decisionId` is the same when the message is repeated. */
export interface AccountChangeDecision {
  id: string;
  decisionId: string;
  by: Actor;
  /** Why it is rejected or canceled, or a note to an approval. */
  text?: string;
  /** The holder of the new mail address, who has opened the link. */
  byLink?: boolean;
}

type Settings = Pick<
  Config,
  'BRAND_NAME' | 'BRAND_TIME_ZONE' | 'ACCOUNT_CHANGE_WAITING' | 'ACCOUNT_CHANGE_SECOND_PERSON'
>;

/** The steps of an account change. Each is one short transaction. */
export function createAccountChangeActivities({
  pool,
  sealer,
  config,
}: {
  pool: Pool;
  sealer: Sealer;
  config: Settings;
}) {
  /** One step that a person decides on. */
  function step(
    { id, decisionId, by }: AccountChangeDecision,
    now: number,
    change: (client: Client, row: AccountChangeRow) => Promise<Outcome>,
  ): Promise<AccountChangeStep> {
    return decide(
      pool,
      { kind: 'account_change', id, key: keyOf('decision', decisionId), by, at: now },
      (client) => lockChange(client, id),
      change,
      (client) => readStep(client, id),
    );
  }

  return {
    /**
     * Records the request with its automatic checks, once for each id. Confirmation and waiting period are pinned.
     * @throws refusal `distributor_not_found`, `distributor_state`, `account_unchanged` or `account_change_open`
     */
    async requestAccountChange(request: AccountChangeRequest, now: number): Promise<AccountChangeStep> {
      const { id, distributorId, change, note, by } = request;
      return decide(
        pool,
        { kind: 'account_change', id, key: 'requested', by, at: now },
        async (client) => {
          const distributor = await lockDistributor(client, distributorId);
          const known = await lockChange(client, id);
          if (known) return known;
          if (!distributor) throw notFound('distributor', distributorId);
          if (!canChange(change.field, distributor)) throw terminated();
          await refuseUnchanged(client, distributor, change);
          await insertChange(client, request, distributor, {
            confirmation: confirmationOf(change.field, config.ACCOUNT_CHANGE_SECOND_PERSON),
            waitingMs: durationMs(config.ACCOUNT_CHANGE_WAITING),
            checks: await checkChange(client, sealer, distributor, change),
            now,
          });
          return lockChange(client, id);
        },
        async (client, { field, new_value, checks }) => ({
          type: 'account_change.requested',
          action: 'account_change.request',
          data: {
            accountField: field,
            failed: checks.flatMap(({ name, passed }) => (passed ? [] : [name])),
            ...(note && { note }),
          },
          after: {
            state: 'requested',
            distributorId,
            accountField: field,
            ...(field === 'bank_account' && { numberMasked: new_value }),
          },
          reason: note,
          mails: await accountChangeMails(client, config, id, 'requested'),
        }),
        (client) => readStep(client, id),
      );
    },

    /** Where an account change is; null when there is none. */
    async findAccountChange(id: string): Promise<AccountChangeStep | null> {
      return findChange(pool, id);
    },

    /**
     * A reviewer approves. What nobody has to confirm begins its waiting period.
     * @throws refusal `account_change_not_found`, `account_change_decided`, `distributor_state`, `blacklisted`,
     *   `email_taken`, or `note_required` where a check failed
     */
    async approveAccountChange(decision: AccountChangeDecision, now: number): Promise<AccountChangeStep> {
      return step(decision, now, async (client, row) => {
        const { id, by, text } = decision;
        if (row.state !== 'requested') throw await decidedRefusal(client, id, row.state);
        await refuseObstacle(client, row);
        if (!text) refuseFailedChecks(row);
        await countApproval(client, { subject: subjectOf('account_change', id), by, at: now, note: text });
        const state = afterApproval(row.confirmation);
        const effectiveAt = await moveTo(client, row, state, now);
        const asksAddress = row.confirmation === 'new_address';
        return {
          type: 'approved',
          action: 'account_change.approve',
          data: { ...(effectiveAt && { effectiveAt }), ...(text && { note: text }) },
          before: { state: row.state },
          after: { state },
          reason: text,
          mails: asksAddress ? await accountChangeMails(client, config, id, 'confirm_address') : [],
        };
      });
    },

    /**
     * A second person confirms, or the holder of the new mail address. The waiting period begins.
     * @throws refusal `account_change_not_found`, `account_change_state`, `account_change_decided`,
     *   `second_person_needed`, `distributor_state`, `blacklisted` or `email_taken`
     */
    async confirmAccountChange(decision: AccountChangeDecision, now: number): Promise<AccountChangeStep> {
      return step(decision, now, async (client, row) => {
        const { id, text, byLink = false } = decision;
        if (row.state === 'requested') {
          throw wrongState('account_change', row.state, 'a reviewer has to approve it first');
        }
        if (row.state !== 'approved') throw await decidedRefusal(client, id, row.state);
        if (byLink !== (row.confirmation === 'new_address')) {
          throw wrongState('account_change', row.state, 'only the holder of the new address can confirm it');
        }
        await refuseObstacle(client, row);
        if (!byLink) await countSecondPerson(client, decision, now);
        const effectiveAt = await moveTo(client, row, 'confirmed', now);
        return {
          type: 'confirmed',
          action: 'account_change.confirm',
          data: { effectiveAt, ...(text && { note: text }) },
          before: { state: row.state },
          after: { state: 'confirmed' },
          reason: text,
        };
      });
    },

    /**
     * Rejects a change that is not in effect yet.
     * @throws refusal `account_change_not_found` or `account_change_decided`
     */
    async rejectAccountChange(decision: AccountChangeDecision, now: number): Promise<AccountChangeStep> {
      return step(decision, now, (client, row) => giveUp(client, decision, row, 'rejected', now));
    },

    /**
     * Cancels a change that is not in effect yet.
     * @throws refusal `account_change_not_found` or `account_change_decided`
     */
    async cancelAccountChange(decision: AccountChangeDecision, now: number): Promise<AccountChangeStep> {
      return step(decision, now, (client, row) => giveUp(client, decision, row, 'canceled', now));
    },

    /**
     * Brings a confirmed change into effect when its waiting period is over. What has come in between, such as a
     * number that was blacklisted meanwhile, rejects it.
     */
    async applyAccountChange(id: string, now: number): Promise<AccountChangeStep> {
      return inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ distributor_id: string }>(
          'SELECT distributor_id FROM account_changes WHERE id = $1',
          [id],
        );
        const distributor = (await lockDistributor(client, rows[0]!.distributor_id))!;
        const row = (await lockChange(client, id))!;
        if (row.state !== 'confirmed' || row.effective_at!.getTime() > now) return readStep(client, id);
        const obstacle = asRefusal(await obstacleTo(client, row, distributor));
        const state = obstacle ? 'rejected' : 'in_effect';
        const mails = await accountChangeMails(client, config, id, state);
        if (!obstacle) await changeDistributor(client, row, distributor, now);
        await moveTo(client, row, state, now);
        await addEvent(client, {
          subject: subjectOf('account_change', id),
          key: state,
          type: state,
          actor: SYSTEM,
          occurredAt: now,
          // A note, which the distributor does not see.
          data: obstacle && { note: obstacle.message },
        });
        await queueMails(client, mails);
        return readStep(client, id);
      });
    },
  };

  async function giveUp(
    client: Client,
    { id, text }: AccountChangeDecision,
    row: AccountChangeRow,
    state: 'rejected' | 'canceled',
    now: number,
  ): Promise<Outcome> {
    if (isEnded(row.state)) throw await decidedRefusal(client, id, row.state);
    await moveTo(client, row, state, now, text);
    return {
      type: state,
      action: state === 'rejected' ? 'account_change.reject' : 'account_change.cancel',
      data: text ? { reason: text } : {},
      before: { state: row.state },
      after: { state },
      reason: text,
      mails: await accountChangeMails(client, config, id, state),
    };
  }
}

async function readStep(client: Client, id: string): Promise<AccountChangeStep> {
  return (await findChange(client, id))!;
}

/** @throws refusal `distributor_state`, `blacklisted` or `email_taken` */
async function refuseObstacle(client: Client, row: AccountChangeRow): Promise<void> {
  const distributor = (await readDistributor(client, row.distributor_id))!;
  const obstacle = await obstacleTo(client, row, distributor);
  if (obstacle) throw obstacle;
}

/** @throws refusal `note_required` */
function refuseFailedChecks({ checks }: AccountChangeRow): void {
  const failed = checks.flatMap(({ name, passed }) => (passed ? [] : [name]));
  if (failed.length === 0) return;
  throw refuse({
    code: 'note_required',
    status: 422,
    message: `These checks failed: ${failed.join(', ')}. Explain in a note why the change is approved anyway.`,
    pointer: '/note',
  });
}

/** @throws refusal `second_person_needed` */
async function countSecondPerson(
  client: Client,
  { id, by, text }: AccountChangeDecision,
  now: number,
): Promise<void> {
  const subject = subjectOf('account_change', id);
  if ((await countApproval(client, { subject, by, at: now, note: text })) !== null) return;
  throw refuse({
    code: 'second_person_needed',
    status: 409,
    message: 'You have approved this change; a second person must confirm it.',
  });
}

/** Sets the state. @returns when it takes effect, where its waiting period begins */
async function moveTo(
  client: Client,
  { id, waiting_ms, effective_at }: AccountChangeRow,
  state: AccountChangeState,
  now: number,
  reason?: string,
): Promise<Date | null> {
  const effectiveAt = state === 'confirmed' ? new Date(now + waiting_ms) : effective_at;
  await client.query(
    `UPDATE account_changes SET state = $2, effective_at = $3, ended_at = $4, reason = coalesce($5, reason) WHERE id = $1`,
    [id, state, effectiveAt, isEnded(state) ? new Date(now) : null, reason ?? null],
  );
  return effectiveAt;
}

function decidedRefusal(client: Client, id: string, state: AccountChangeState): Promise<Error> {
  return decided(client, { kind: 'account_change', id }, state);
}
