import { HOLD_REASON_NAMES } from '../../../../domain/words/names';
import type { Text } from '../../locale/locale';
import { optionsOf } from './options';

/** Reasons of holds by plain text, as in the facts of a timeline. */
export const HOLD_REASONS: Record<string, Text> = HOLD_REASON_NAMES;

export const HOLD_REASON_OPTIONS = optionsOf(HOLD_REASON_NAMES);

export const YES_NO = [
  { value: 'true', label: { zh: '是', en: 'Yes' } },
  { value: 'false', label: { zh: '否', en: 'No' } },
];
