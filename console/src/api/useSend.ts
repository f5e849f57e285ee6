import { useRef } from 'react';
import { type IdempotencyKey, idempotencyKey } from './client';
import { ProblemError } from './problem';

/** Sends what a form holds; what is sent again because no answer came back is carried out once. */
export interface Sender {
  /**
   * Makes a request under the key of the last one, if that is still unanswered and was the same; else under a new one.
   * @throws what the request failed with. A refusal is an answer, so the next one is a new request.
   */
  send: <T>(body: unknown, request: (key: IdempotencyKey) => Promise<T>) => Promise<T>;
  /** Whether nobody knows what became of the last request. */
  isUnanswered: () => boolean;
}

/** For a form that may be sent again. */
export function useSend(): Sender {
  const unanswered = useRef<{ text: string; key: IdempotencyKey }>(undefined);
  return {
    send: async (body, request) => {
      const text = JSON.stringify(body);
      if (unanswered.current?.text !== text) unanswered.current = { text, key: idempotencyKey() };
      try {
        const answer = await request(unanswered.current.key);
        unanswered.current = undefined;
        return answer;
      } catch (error) {
        if (error instanceof ProblemError && error.status < 500) unanswered.current = undefined;
        throw error;
      }
    },
    isUnanswered: () => unanswered.current !== undefined,
  };
}
