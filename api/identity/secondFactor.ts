import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Client } from '../../database/pool';
import type { Sealer } from '../../database/sealing';

const PERIOD_S = 30;

/** A new secret, as apps take it. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator app reads from a QR code. */
export function otpauthUri(secret: string, { brand, email }: { brand: string; email: string }): string {
  return new TOTP({ issuer: brand, label: email, secret }).toString();
}

/**
 * The 30-second step that a code belongs to (RFC 6238), one step early or late being allowed for clocks that differ.
 * @returns undefined when it is of none
 */
export function totpStep(secret: string, code: string): number | undefined {
  const timestamp = Date.now();
  const delta = new TOTP({ secret, period: PERIOD_S }).validate({ token: code, timestamp, window: 1 });
  return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_S) + delta;
}

const RECOVERY_CODES = 10;
// Without what is easily misread: 29 signs, 12 of them are 58 bits.
const signs = '23456789ABCDEFGHJKMNPQRSTVWXZ';

/** Makes new recovery codes, after which the earlier ones are void. Only keyed hashes of them are stored. */
export async function replaceRecoveryCodes(
  client: Client,
  sealer: Sealer,
  userId: string,
): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    Array.from({ length: 3 }, () =>
      Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join(''),
    ).join('-'),
  );
  await client.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  await client.query('INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])', [
    userId,
    codes.map((code) => hashRecoveryCode(sealer, code)),
  ]);
  return codes;
}

/**
 * Uses up a code of the app or a recovery code. The database decides, so that of two requests with the same code one
 * is refused; a code of the app is also refused after a later one.
 */
export async function spendCode(
  client: Client,
  sealer: Sealer,
  { id, secondFactor }: { id: string; secondFactor: string },
  given: string,
): Promise<'code' | 'recovery_code' | undefined> {
  const code = plain(given);
  if (/^\d{6}$/.test(code)) {
    const step = totpStep(sealer.open(secondFactor), code);
    if (step === undefined) return undefined;
    const { rowCount } = await client.query(
      `UPDATE users SET totp_last_step = $2
       WHERE id = $1 AND totp_confirmed_at IS NOT NULL AND (totp_last_step IS NULL OR totp_last_step < $2)`,
      [id, step],
    );
    return rowCount ? 'code' : undefined;
  }
  const { rowCount } = await client.query(
    'UPDATE recovery_codes SET used_at = now() WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL',
    [id, hashRecoveryCode(sealer, code)],
  );
  return rowCount ? 'recovery_code' : undefined;
}

/** Removes the second factor of a user. @returns whether there was one */
export async function removeSecondFactor(client: Client, userId: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE users SET totp_secret_sealed = NULL, totp_confirmed_at = NULL, totp_last_step = NULL
     WHERE id = $1 AND totp_confirmed_at IS NOT NULL`,
    [userId],
  );
  await client.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  // A session that gave a code of this factor has given none of the next one.
  await client.query('UPDATE sessions SET second_factor = false WHERE user_id = $1 AND second_factor', [
    userId,
  ]);
  return rowCount === 1;
}

/** People type codes with spaces, dashes and small letters. */
function plain(code: string): string {
  return code.replace(/[\s-]/g, '').toUpperCase();
}

function hashRecoveryCode(sealer: Sealer, code: string): Buffer {
  return Buffer.from(sealer.numberHash('recovery_code', plain(code)), 'hex');
}
