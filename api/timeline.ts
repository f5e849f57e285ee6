import { z } from 'zod';
import type { Pool } from '../activities/database';
import type { Principal } from './endpoint';
import { timestampOutput } from './schemas';

/** One line of what happened to a thing. */
export const timelineEventSchema = z
  .object({
    type: z.string(),
    actor: z.string().describe('Name of who did it.'),
    at: timestampOutput.describe('When it happened.'),
    recordedAt: timestampOutput.describe('When it became known here.'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEvent' });

export type TimelineEventBody = z.input<typeof timelineEventSchema>;

/** What happened to a thing, oldest first. @param subject as `withdrawal/<id>` */
export async function readTimeline(pool: Pool, subject: string): Promise<TimelineEventBody[]> {
  const { rows } = await pool.query<
    Omit<TimelineEventBody, 'at' | 'recordedAt'> & { at: Date; recordedAt: Date }
  >(
    `SELECT type, actor, occurred_at AS at, recorded_at AS "recordedAt", data
     FROM events WHERE subject = $1 ORDER BY occurred_at, recorded_at`,
    [subject],
  );
  return rows.map(({ at, recordedAt, ...row }) => ({
    ...row,
    at: at.toISOString(),
    recordedAt: recordedAt.toISOString(),
  }));
}

/** What a distributor may know of an event; the rest, such as a note to a decision, is among staff. */
const shownToDistributors = ['lineIds', 'lines', 'returnId', 'amount', 'reason'];

/** Who did something, as a distributor may know it. */
export function actorForDistributor(actor: string, { name }: Pick<Principal, 'name'>): string {
  return [name, 'system', 'shop'].includes(actor) ? actor : 'staff';
}

/** An event as its distributor may see it: without names of staff and without what they note among themselves. */
export function eventForDistributor<Event extends { actor: string; data: Record<string, unknown> }>(
  event: Event,
  principal: Pick<Principal, 'name'>,
): Event {
  const data = Object.fromEntries(
    Object.entries(event.data).filter(([key]) => shownToDistributors.includes(key)),
  );
  return { ...event, actor: actorForDistributor(event.actor, principal), data };
}
