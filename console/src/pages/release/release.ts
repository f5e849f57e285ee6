import type { Answer } from '../../api/types';

/** Whether a run is in progress: approved and not finished. */
export const isInProgress = (state: Answer<'/v1/commission-releases/{id}'>['state']) =>
  state === 'approved' || state === 'running';
