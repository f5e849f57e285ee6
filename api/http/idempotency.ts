import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { stringify } from 'uuid';
import type { Pool } from '../../database/pool';
import type { Sealer } from '../../database/sealing';
import type { Principal } from './endpoint';
import { Problem } from './problem';

/** An answer as it is kept for repeats. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  /** The JSON text itself, since `jsonb` would sort the fields and the repeat would differ from the first. */
  text: string;
}

/** The record of a request with an `Idempotency-Key`. */
export interface Claim {
  key: string;
  resourceId: string;
  answer: KeptAnswer | null;
}

/** @throws Problem 400 when the header is not usable */
export function idempotencyKey(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key !== undefined && !/^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(key)) {
    const detail = 'must have 1 to 255 printable ASCII characters';
    throw new Problem({
      status: 400,
      code: 'idempotency_key_not_valid',
      detail: `The Idempotency-Key header ${detail}.`,
      errors: [{ pointer: '/Idempotency-Key', detail }],
    });
  }
  return key;
}

/**
 * Records that a request with this key has arrived, before anything is done for it.
 *
 * A repeat that finds no answer yet is let through rather than made to wait: the first attempt may have died with
 * its process, and this cannot be known. Both then work with the same `resourceId`, on which all that handlers do is
 * idempotent (primary keys, workflow and update ids are derived from it), and both send the answer that was kept first.
 * @param body what a repeat has to have in common with the first
 * @throws Problem 409 when the key was used for another request
 */
export async function claim(
  pool: Pool,
  principal: Principal,
  key: string,
  req: Request,
  body: unknown,
  resourceId: string,
): Promise<Claim> {
  const hash = createHash('sha256')
    .update(`${req.method} ${req.path}\n${canonicalJson(body)}`)
    .digest();
  const { rows } = await pool.query<{ hash: Buffer; resourceId: string; answer: KeptAnswer | null }>({
    name: 'claim-idempotency-key',
    // The update changes nothing; it is what makes the statement return a row that was there before.
    text: `INSERT INTO idempotency_keys (user_id, key, request_hash, resource_id) VALUES ($1, $2, $3, $4)
           ON CONFLICT (user_id, key) DO UPDATE SET key = excluded.key
           RETURNING request_hash AS hash, resource_id AS "resourceId", body AS answer`,
    values: [principal.userId, key, hash, resourceId],
  });
  const row = rows[0]!;
  if (!row.hash.equals(hash)) {
    throw new Problem({
      status: 409,
      code: 'idempotency_key_reused',
      detail: 'This Idempotency-Key was used for a different request. Use a new key for a new request.',
    });
  }
  return { key, resourceId: row.resourceId, answer: row.answer };
}

/**
 * Id of what an anonymous request makes, for which no answer can be kept: the same for each repeat, so that the handler
 * recognises it.
 */
export function resourceIdOf(sealer: Sealer, key: string, req: Request): string {
  const hash = sealer.numberHash('idempotency', `${req.method} ${req.path}\n${key}`);
  return stringify(Buffer.from(hash.slice(0, 32), 'hex').map(asVersion8));
}

/** Byte `index` of a UUID of version 8 (RFC 9562, section 5.8), which leaves the meaning of the rest to its maker. */
function asVersion8(byte: number, index: number): number {
  if (index === 6) return (byte & 0x0f) | 0x80;
  return index === 8 ? (byte & 0x3f) | 0x80 : byte;
}

/**
 * Whether an answer is final. What succeeded is. So is a refusal by a rule (409, 422): a client that was refused
 * must not find later that a delayed repeat of the same message was carried out after all; a new try is a new key.
 * Everything else may be tried again: a fault, a full queue, a subject that is not known yet.
 */
export function isFinal(status: number): boolean {
  return (status >= 200 && status < 300) || status === 409 || status === 422;
}

/**
 * Keeps the answer for repeats.
 * @returns the answer to send: an earlier one, where a concurrent repeat has kept its own first
 */
export async function keepAnswer(
  pool: Pool,
  principal: Principal,
  key: string,
  answer: KeptAnswer,
): Promise<KeptAnswer> {
  const { rows } = await pool.query<{ answer: KeptAnswer }>({
    name: 'keep-answer',
    text: `UPDATE idempotency_keys SET status = coalesce(status, $3), body = coalesce(body, $4)
           WHERE user_id = $1 AND key = $2 RETURNING body AS answer`,
    values: [principal.userId, key, answer.status, answer],
  });
  // Only a clean-up of old keys in this very moment could have removed the row.
  return rows[0]?.answer ?? answer;
}

/** The same text for bodies that differ only in white space or in the order of their fields. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? ''
  );
}
