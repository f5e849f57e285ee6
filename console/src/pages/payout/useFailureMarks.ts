import { useState } from 'react';
import { useMe } from '../../app/session';

/** Withdrawals of a payout batch that the bank did not pay, by id, with its reason. */
export type FailureMarks = ReadonlyMap<string, string>;

/**
 * What a person has marked in a batch that is not confirmed yet. This browser keeps it: whoever looks at one of the
 * withdrawals in between must not confirm all of them as paid.
 * @returns the marks, and how to replace them; none are kept when there are none
 */
export function useFailureMarks(batchId: string): [FailureMarks, (marks: FailureMarks) => void] {
  const name = `tributary.payout.${useMe().user.id}.${batchId}`;
  const [marks, setMarks] = useState<FailureMarks>(() => read(name));
  const keep = (next: FailureMarks) => {
    setMarks(next);
    if (next.size > 0) localStorage.setItem(name, JSON.stringify([...next]));
    else localStorage.removeItem(name);
  };
  return [marks, keep];
}

function read(name: string): FailureMarks {
  try {
    return new Map(JSON.parse(localStorage.getItem(name) ?? '[]') as [string, string][]);
  } catch {
    return new Map();
  }
}
