import type { Pool } from '../../database/pool';
import { verifyLedger } from '../../database/verifyLedger';

/** Everything in the books agrees: what every test that moves money ends with. */
export async function expectSoundLedger(pool: Pool): Promise<void> {
  expect(await verifyLedger(pool)).toMatchObject({ mismatches: [], ok: true });
}
