import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, data } from '../../api/client';
import type { Text } from '../../locale/locale';
import type { Problems, Terms } from './terms';

/** Problems of a draft: found here, or by the server for terms without local problems. */
export function usePlanProblems(terms: Terms | undefined, local: Map<string, Text>): Problems {
  const text = terms && JSON.stringify(terms);
  const [submitted, setSubmitted] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setSubmitted(text), 400);
    return () => clearTimeout(timer);
  }, [text]);
  const answer = useQuery({
    queryKey: ['plan-validation', submitted],
    queryFn: () =>
      data(api.POST('/v1/commission-plans/validate', { body: { terms: JSON.parse(submitted!) as unknown } })),
    enabled: submitted !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!terms || submitted !== text || !answer.data) return local;
  const problems = new Map(local);
  for (const { pointer, detail } of answer.data.problems) {
    if (!problems.has(pointer)) problems.set(pointer, { zh: detail, en: detail });
  }
  return problems;
}
