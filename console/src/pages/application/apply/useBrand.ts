import { useQuery } from '@tanstack/react-query';
import { api, data } from '../../../api/client';

/** The brand's name on a page without sign-in. */
export function useBrand(): string | undefined {
  const options = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: () => data(api.GET('/v1/sign-in/options')),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return options.data?.brand.name;
}
