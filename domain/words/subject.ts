import { kinds, parseSubject } from '../kinds';
import { readable } from './events';
import type { Text } from './text';

/** Name of a subject: `order/4711` as “Order 4711”, `return/4711/R1` as “Return 4711/R1”. */
export function subjectName(subject: string): Text {
  const named = parseSubject(subject);
  if (!named) return readable(subject);
  const id = [named.id].flat().join('/');
  const { zh, en } = kinds[named.kind].names;
  return { zh: `${zh} ${id}`, en: `${en} ${id}` };
}
