import { useRef } from 'react';
import { type IdempotencyKey, idempotencyKey } from './client';
import { ProblemError } from './problem';

/** Keys for a form that may be sent again because no answer came back. */
export interface RepeatKey {
  /** The key of the last request while it is unanswered and the same is sent; else a new one. */
  keyFor: (body: unknown) => IdempotencyKey;
  /** Told what a request failed with: a refusal is an answer, so the next one is a new request. */
  failed: (error: unknown) => void;
  /** Whether nobody knows what became of the last request. */
  isUnanswered: () => boolean;
}

/** What is sent again must not be carried out twice; what was refused may be sent anew. */
export function useRepeatKey(): RepeatKey {
  const unanswered = useRef<{ text: string; key: IdempotencyKey }>(undefined);
  return {
    keyFor: (body) => {
      const text = JSON.stringify(body);
      if (unanswered.current?.text !== text) unanswered.current = { text, key: idempotencyKey() };
      return unanswered.current.key;
    },
    failed: (error) => {
      if (error instanceof ProblemError && error.status < 500) unanswered.current = undefined;
    },
    isUnanswered: () => unanswered.current !== undefined,
  };
}
