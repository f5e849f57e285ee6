import type { Answer } from '../../api/types';
import type { Text } from '../../locale/locale';

export type Order = Answer<'/v1/orders/{id}'>;
export type Line = Order['lines'][number];

/** Texts shared by parts of the order page. */
export const ORDER = {
  line: { zh: '行', en: 'Line' },
  pieces: { zh: '件数', en: 'Quantity' },
  when: { zh: '发生时间（不填为现在）', en: 'Time (leave empty for now)' },
} satisfies Record<string, Text>;
