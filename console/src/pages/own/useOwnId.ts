import { useMe } from '../../app/session';

/** ID of the signed-in distributor; empty for staff, who have other pages. */
export const useOwnId = (): string => useMe().user.distributorId ?? '';
