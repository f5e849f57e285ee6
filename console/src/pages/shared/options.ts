import { STATES } from '../../../../domain/words/glossary';
import type { Option } from '../../list/definition';
import type { Text } from '../../locale/locale';

/** Values with their names as options. */
export const optionsOf = <Value extends string>(names: Readonly<Record<Value, Text>>): Option<Value>[] =>
  (Object.entries(names) as [Value, Text][]).map(([value, label]) => ({ value, label }));

/** States as filter options. */
export const stateOptions = <const State extends string>(states: readonly State[]): Option<State>[] =>
  states.map((value) => ({ value, label: STATES[value] ?? { zh: value, en: value } }));
