import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, data } from '../../api/client';
import type { Text } from '../../locale/locale';
import type { Problems, Terms } from './terms';

/** Problems of a draft: found here, or by the server for terms without local problems. */
export function usePlanProblems(terms: Terms | undefined, local: Map<string, Text>): Problems {
  const text = terms && JSON.stringify(terms);
  const [asked, setAsked] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), 400);
    return () => clearTimeout(timer);
  }, [text]);
  const answer = useQuery({
    queryKey: ['plan-validation', asked],
    queryFn: () =>
      data(api.POST('/v1/commission-plans/validate', { body: { terms: JSON.parse(asked!) as unknown } })),
    enabled: asked !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!terms || asked !== text || !answer.data) return local;
  const problems = new Map(local);
  for (const { pointer, detail } of answer.data.problems) {
    if (!problems.has(pointer)) problems.set(pointer, { zh: detail, en: detail });
  }
  return problems;
}
