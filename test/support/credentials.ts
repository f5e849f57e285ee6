import { randomBytes, randomUUID } from 'node:crypto';
import type { RenewalRequest } from '../../activities/credential/credential';
import { lockCredential, placeExpiry } from '../../database/credentials';
import type { Actor } from '../../database/journal';
import { inTransaction, type Pool } from '../../database/pool';
import type { Sealer } from '../../database/sealing';
import { dateIn, daysLater } from '../../domain/calendarDate';

/** Zone of the brand in tests. */
export const ZONE = 'Asia/Shanghai';

/** A day in the brand's zone, so many days from today. */
export const dayFromNow = (days: number) => daysLater(dateIn(ZONE, Date.now()), days);

/**
 * Gives a distributor a food permit that is known for years, with the restriction that its end is.
 * @returns its id
 */
export async function addCredential(
  pool: Pool,
  {
    distributor,
    id = randomUUID(),
    type = 'food_permit',
    validFrom = '2020-01-01',
    validUntil = null,
    knownAt = new Date(Date.parse(`${validFrom}T00:00:00Z`)),
  }: {
    distributor: string;
    id?: string;
    type?: string;
    validFrom?: string;
    validUntil?: string | null;
    knownAt?: Date;
  },
): Promise<string> {
  const number = randomBytes(8);
  await pool.query(
    `INSERT INTO credentials (id, application_id, distributor_id, round, type, number_sealed, number_hash, number_masked,
       holder, valid_from, valid_until, known_at)
     SELECT $1, application_id, id, 1, $3, 'k:x', $4, '***1', name, $5, $6, $7 FROM distributors WHERE id = $2`,
    [id, distributor, type, number, validFrom, validUntil, knownAt],
  );
  await inTransaction(pool, async (client) => {
    const row = (await lockCredential(client, id))!;
    await placeExpiry(client, row, { zone: ZONE, at: Date.now() });
  });
  return id;
}

/** A renewal for five years from today, of another number. */
export function renewalOf(
  sealer: Sealer,
  change: Partial<RenewalRequest> & { credentialId: string; by: Actor },
): RenewalRequest {
  return {
    id: randomUUID(),
    number: sealer.protect('credential/food_permit', randomUUID()),
    holder: 'n',
    validFrom: dayFromNow(0),
    validUntil: dayFromNow(5 * 365),
    documentIds: [],
    ...change,
  };
}
