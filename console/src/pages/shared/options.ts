import { STATES } from '../../locale/words';

/** States as filter options. */
export const stateOptions = (states: readonly string[]) =>
  states.map((value) => ({ value, label: STATES[value] ?? { zh: value, en: value } }));
