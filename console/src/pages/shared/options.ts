import { STATES } from '../../locale/words';

/** States as options of a filter, by their names. */
export const stateOptions = (states: readonly string[]) =>
  states.map((value) => ({ value, label: STATES[value] ?? { zh: value, en: value } }));
