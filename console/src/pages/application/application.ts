import type { Answer } from '../../api/types';

export type Application = Answer<'/v1/applications/{id}'>;

/** Roles that decide on applications. */
