import { hash, verify } from '@node-rs/argon2';
import { normalisePassword, PASSWORD_MIN_LENGTH, passwordFault } from '../../domain/password';
import { Problem } from '../http/problem';

// Argon2id with what OWASP's Password Storage Cheat Sheet asks for: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// Of a random text that was not kept. Checking against it takes as long as against a real one.
const decoy =
  '$argon2id$v=19$m=19456,t=2,p=1$r+ermb2dgvMbVFjbXQ9Acg$Lj8LFy91Y0UAWaCyvHmsmrs4Zkd70mSfdIiwuZdEyqI';

/** What is stored of a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalisePassword(password), cost);
}

/**
 * Whether a password is right. Takes the same time where there is none to compare with, so that the time does
 * not reveal which mail addresses have an account.
 */
export async function isPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  const right = await verify(stored ?? decoy, normalisePassword(password));
  return right && stored !== null && stored !== undefined;
}

const explanations = {
  too_short: `has fewer than ${PASSWORD_MIN_LENGTH} characters; several words in a row work well`,
  contains_address: 'contains your email address; choose another one',
  too_common: 'is common and easy to guess; choose another one',
};

/** @throws Problem 422 when a new password is not good enough */
export function refuseWeakPassword(password: string, email: string, pointer: string): void {
  const fault = passwordFault(password, email);
  if (!fault) return;
  throw new Problem({
    status: 422,
    code: `password_${fault}`,
    detail: `The password ${explanations[fault]}.`,
    errors: [{ pointer, detail: explanations[fault] }],
  });
}
