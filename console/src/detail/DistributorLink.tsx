import { useQuery } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { ThingLink } from './Links';

/** Name of a distributor by ID, as a link to the page. */
export function DistributorLink({ id }: { id: string }) {
  const distributor = useQuery({
    queryKey: ['distributor-name', id],
    queryFn: () => data(api.GET('/v1/distributors/{id}', { params: { path: { id } } })),
    staleTime: 300_000,
    retry: false,
  });
  return (
    <ThingLink kind="distributor" id={id}>
      {distributor.data?.name}
    </ThingLink>
  );
}
