import { useState } from 'react';
import { useMe } from '../../app/session';

/** Failed withdrawals of a payout batch by ID, with the bank's reason. */
export type FailureMarks = ReadonlyMap<string, string>;

/**
 * Failure marks of a batch that is not confirmed yet. They are stored in this browser, so that opening one of the
 * withdrawals in between does not lead to confirming all of them as paid.
 * @returns the marks and a setter
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
