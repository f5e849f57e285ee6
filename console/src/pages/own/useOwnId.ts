import { useMe } from '../../app/session';

/** The distributor that the signed-in person is; empty for staff, who have other pages for this. */
export const useOwnId = (): string => useMe().user.distributorId ?? '';
