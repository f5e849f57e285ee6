import { useRef } from 'react';
import { type IdempotencyKey, idempotencyKey } from './client';
import { ProblemError } from './problem';

/** Sends the values of a form; a retry after a lost response is carried out only once. */
export interface Sender {
  /**
   * Sends a request with the key of the last one, if that had no response and was the same; otherwise with a new key.
   * @throws the error of the request. A refusal is a response, so the next request gets a new key.
   */
  send: <T>(body: unknown, request: (key: IdempotencyKey) => Promise<T>) => Promise<T>;
  /** Whether the result of the last request is unknown. */
  isUnanswered: () => boolean;
}

/** Sender for a form that can be sent again. */
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
