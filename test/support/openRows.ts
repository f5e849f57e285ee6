import { randomUUID } from 'node:crypto';
import { createActivities } from '../../activities';
import { acceptBulkAction } from '../../activities/bulk';
import type { ReportedEvent } from '../../activities/order/order';
import type { Actor } from '../../database/journal';
import type { Pool } from '../../database/pool';
import type { IdOf, ProcessKind } from '../../domain/kinds';
import { activityContext } from './config';
import { addCommissions, addDistributor, credit } from './payouts';
import { addDistributor as addSeller, payment } from './platform';

const day = 86_400_000;

/** An open row without a workflow. */
export interface OpenRow<K extends ProcessKind> {
  id: IdOf<K>;
  end(): Promise<unknown>;
}

/**
 * How to make an open row of each kind without a workflow.
 * @param pool of a database with a plan in force
 * @param by who decides
 */
export function openRows(
  pool: Pool,
  by: Actor & { userId: string },
): { [K in ProcessKind]: () => Promise<OpenRow<K>> } {
  const steps = createActivities(activityContext(pool));
  const decision = (id: string) => ({ id, decisionId: randomUUID(), by, text: 'because' });

  async function paidOrder(at = Date.now() - 60_000): Promise<string> {
    const order = payment({ paidAt: new Date(at).toISOString() });
    await steps.payOrder(order, Date.now());
    return order.externalId;
  }
  async function requestedWithdrawal(): Promise<string> {
    const [id, distributorId] = [randomUUID(), await addDistributor(pool)];
    await credit(pool, distributorId, 5000);
    await steps.requestWithdrawal({ id, distributorId, amount: 5000, currency: 'CNY', by }, Date.now());
    return id;
  }

  return {
    async application() {
      const { id: distributorId } = await addSeller(pool);
      const { rows } = await pool.query<{ id: string }>(
        `UPDATE applications a SET state = 'in_review' FROM distributors d
         WHERE d.id = $1 AND a.id = d.application_id RETURNING a.id`,
        [distributorId],
      );
      const id = rows[0]!.id;
      await pool.query(
        `INSERT INTO events (subject, key, type, actor, occurred_at) VALUES ($1, 'checked/1', 'checked', 'system', now())`,
        [`application/${id}`],
      );
      return {
        id,
        end: () => pool.query(`UPDATE applications SET state = 'rejected' WHERE id = $1`, [id]),
      };
    },
    async order() {
      const id = await paidOrder();
      const canceled = { type: 'canceled', at: Date.now(), reason: 'x', actor: 'shop' } as const;
      return { id, end: () => steps.applyOrderEvent(id, canceled, Date.now()) };
    },
    async return() {
      const longAgo = Date.now() - 40 * day;
      const id = await paidOrder(longAgo);
      const late = { returnId: 'late', reason: 'worn', actor: 'shop' };
      const lines = [{ lineId: '1', quantity: 1 }];
      const apply = (event: ReportedEvent) => steps.applyOrderEvent(id, event, Date.now(), true);
      await steps.applyOrderEvent(id, { type: 'delivered', at: longAgo, actor: 'shop' }, Date.now());
      await apply({ type: 'return_requested', at: Date.now(), lines, ...late });
      return { id: [id, 'late'], end: () => apply({ type: 'return_rejected', at: Date.now(), ...late }) };
    },
    async account_change() {
      const [id, distributorId] = [randomUUID(), await addDistributor(pool)];
      const change = { field: 'name', name: 'Li Na' } as const;
      await steps.requestAccountChange({ id, distributorId, change, by }, Date.now());
      return { id, end: () => steps.rejectAccountChange(decision(id), Date.now()) };
    },
    async credential() {
      const { id: distributorId } = await addSeller(pool);
      const { rows } = await pool.query<{ id: string }>(
        `INSERT INTO credentials (id, application_id, distributor_id, round, type, number_sealed, number_hash, number_masked,
           holder, valid_from, known_at)
         SELECT gen_random_uuid(), application_id, id, 1, 'business_license', 's', '\\x00', '***', 'Li Wei', '2026-01-01', now()
         FROM distributors WHERE id = $1 RETURNING id`,
        [distributorId],
      );
      return {
        id: rows[0]!.id,
        end: () => pool.query('UPDATE distributors SET terminated_at = now() WHERE id = $1', [distributorId]),
      };
    },
    async withdrawal() {
      const id = await requestedWithdrawal();
      return { id, end: () => steps.rejectWithdrawal(decision(id), Date.now()) };
    },
    async payout() {
      await steps.approveWithdrawal(decision(await requestedWithdrawal()), Date.now());
      const id = randomUUID();
      await steps.openPayoutBatch({ id, currency: 'CNY', by }, Date.now());
      return { id, end: () => steps.confirmPayoutBatch({ ...decision(id), failed: [] }, Date.now()) };
    },
    async release() {
      const { orderId, ids } = await addCommissions(pool, [await addDistributor(pool)], [100]);
      await pool.query(`UPDATE orders SET state = 'closed' WHERE id = $1`, [orderId]);
      const id = randomUUID();
      await steps.proposeRelease({ id, selection: { commissionIds: ids }, by }, Date.now());
      return { id, end: () => steps.rejectRelease(decision(id), Date.now()) };
    },
    async mail() {
      const key = `user/${randomUUID()}/sign-in-link`;
      await pool.query(
        `INSERT INTO mails (key, subject_ref, recipient, subject, body) VALUES ($1, $1, 'li@example.com', 'x', 'x')`,
        [key],
      );
      return {
        id: key,
        end: () => pool.query(`UPDATE mails SET state = 'sent', sent_at = now() WHERE key = $1`, [key]),
      };
    },
    async bulk() {
      const id = randomUUID();
      const work = { action: 'withdrawals.approve', input: {} } as const;
      await acceptBulkAction(pool, { ...work, id, ids: [randomUUID()], by, keyId: 'session' });
      return {
        id,
        end: () =>
          pool.query(`UPDATE bulk_actions SET state = 'done', finished_at = now() WHERE id = $1`, [id]),
      };
    },
  };
}
