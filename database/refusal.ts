import { ApplicationFailure } from '@temporalio/common';
import type { RefusalCode } from '../domain/refusals';

/**
 * A request that the rules do not allow, and that no retry can heal. It travels through Temporal as a
 * non-retryable failure whose type is `code`, and the API turns it into a problem answer.
 */
export interface Refusal {
  /** Stable, machine-readable. */
  code: RefusalCode;
  /** HTTP status: 404 unknown, 409 conflict with the present state, 422 not acceptable. */
  status: 403 | 404 | 409 | 422;
  /** One sentence: what is wrong and what to do. */
  message: string;
  /** JSON pointer of the field at fault, such as `/lines/0/quantity`. */
  pointer?: string;
}

/** Makes the failure that an activity throws to refuse. */
export function refuse(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.create({
    type: refusal.code,
    message: refusal.message,
    nonRetryable: true,
    details: [refusal],
  });
}

/** Says with a refusal where the row stands, so that a process that does not know it goes on from there. */
export function withStanding(refusal: ApplicationFailure, standing: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type: refusal.type ?? undefined,
    message: refusal.message,
    nonRetryable: true,
    details: [refusal.details?.[0], standing],
  });
}

/** The refusal inside an error, if it is one. */
export function asRefusal(error: unknown): Refusal | undefined {
  return error instanceof ApplicationFailure && error.nonRetryable
    ? (error.details?.[0] as Refusal | undefined)
    : undefined;
}
