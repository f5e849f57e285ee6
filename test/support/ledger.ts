import type { Pool } from '../../database/pool';
import { verifyLedger } from '../../database/verifyLedger';

/** Checks that the ledger is sound: every test that moves money ends with it. */
export async function expectSoundLedger(pool: Pool): Promise<void> {
  expect(await verifyLedger(pool)).toMatchObject({ mismatches: [], ok: true });
}
