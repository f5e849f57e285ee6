import { useQuery } from '@tanstack/react-query';
import { api, data } from './client';
import type { Answer } from './types';

type Colleague = Answer<'/v1/colleagues'>['items'][number];

/**
 * Staff by name, max 200.
 * @param subject only staff who can read this subject, such as `order/42`
 */
export function useColleagues(subject?: string): readonly Colleague[] {
  const colleagues = useQuery({
    queryKey: ['colleagues', subject],
    queryFn: () =>
      data(api.GET('/v1/colleagues', { params: { query: { limit: 200, ...(subject && { subject }) } } })),
    staleTime: 60_000,
    retry: false,
  });
  return colleagues.data?.items ?? NO_COLLEAGUES;
}

const NO_COLLEAGUES: readonly Colleague[] = [];

/** Colleagues mentioned in a text by `@` and name; the longest name wins. */
export function mentionedIn(text: string, people: readonly Colleague[]): Colleague[] {
  let rest = text;
  return [...people]
    .sort((a, b) => b.name.length - a.name.length)
    .filter(({ name }) => {
      const found = rest.includes(`@${name}`);
      rest = rest.replaceAll(`@${name}`, ' ');
      return found;
    });
}
