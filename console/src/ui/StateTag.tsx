import { Tag } from 'antd';
import { STATES } from '../../../domain/words/glossary';
import { useT } from '../locale/locale';

/** Colour of a state's tag: in progress, needs attention, success or error. */
const STATE_COLORS: Record<string, 'default' | 'processing' | 'warning' | 'success' | 'error'> = {
  submitted: 'processing',
  in_review: 'processing',
  changes_requested: 'warning',
  approved: 'success',
  rejected: 'error',
  active: 'success',
  suspended: 'warning',
  terminated: 'error',
  open: 'processing',
  window: 'processing',
  return_requested: 'warning',
  returned: 'error',
  canceled: 'error',
  requested: 'processing',
  not_accrued: 'warning',
  held: 'processing',
  due: 'warning',
  released: 'success',
  reversed: 'error',
  clawed_back: 'error',
  proposed: 'warning',
  running: 'processing',
  done: 'success',
  paid: 'success',
  paying: 'processing',
  failed: 'error',
  settled: 'success',
  to_confirm: 'warning',
  in_force: 'success',
  valid: 'success',
  expiring: 'warning',
  expired: 'error',
  accepted: 'success',
  undeliverable: 'error',
  sent: 'success',
  refunded: 'error',
  stopped: 'warning',
  finished: 'success',
  on_hold: 'warning',
  to_come: 'processing',
  refused: 'error',
  waiting: 'warning',
  left_out: 'warning',
};

/** A state as a coloured tag. */
export function StateTag({ state }: { state: string }) {
  const t = useT();
  const name = STATES[state];
  return <Tag color={STATE_COLORS[state] ?? 'default'}>{name ? t(name) : state}</Tag>;
}
