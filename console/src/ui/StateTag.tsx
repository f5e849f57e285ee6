import { Tag } from 'antd';
import { useT } from '../locale/locale';
import { STATE_COLORS, STATES } from '../locale/words';

/** A state as a coloured tag. */
export function StateTag({ state }: { state: string }) {
  const t = useT();
  const name = STATES[state];
  return <Tag color={STATE_COLORS[state] ?? 'default'}>{name ? t(name) : state}</Tag>;
}
