import { expectedOf, type Figures } from '../../actions/figures';
import { api, data, type IdempotencyKey } from '../../api/client';

/** Which commissions to release. */
export type ReleaseSelection =
  | { commissionIds: string[] }
  | { dueBefore: string; distributorId?: string; currency?: string };

/** The figures that a run of this selection would have now. */
export const previewRelease = (body: ReleaseSelection): Promise<Figures> =>
  data(api.POST('/v1/commission-releases/preview', { body }));

/**
 * Proposes a release run; nothing is released before it is approved.
 * @param figures as the person sees them
 * @returns address of the run
 */
export async function proposeRelease(
  selection: ReleaseSelection,
  figures: Figures,
  header: IdempotencyKey,
): Promise<string> {
  const body = { ...selection, expected: expectedOf(figures) };
  const run = await data(api.POST('/v1/commission-releases', { params: { header }, body }));
  return `/commission-releases/${run.id}`;
}
