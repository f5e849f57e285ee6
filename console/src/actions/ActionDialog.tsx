import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import type { IdempotencyKey } from '../api/client';
import type { Text } from '../locale/locale';
import type { Field } from './fields';

export interface ActionDialogProps {
  title: string;
  /** What is about to happen, to whom, and how much. */
  summary?: ReactNode;
  fields: readonly Field[];
  confirm?: Text;
  danger?: boolean;
  onCancel: () => void;
  /** Carries it out; what it throws is shown, and the form stays as it is. */
  onSubmit: (body: Record<string, unknown>, key: IdempotencyKey) => Promise<unknown>;
}

// All kinds of fields come with the form, the calendars as well: no page waits for them to be painted.
const load = async () => (await import('./ActionModal')).default;
let loaded: ComponentType<ActionDialogProps> | undefined;
const fetchAhead = () =>
  load().then(
    (Modal) => {
      loaded = Modal;
    },
    // Whoever opens it tries again, and is told.
    () => undefined,
  );
setTimeout(fetchAhead, 3_000);

/** Asks for what an action needs, carries it out, and says at the field what the server did not accept. */
export function ActionDialog(props: ActionDialogProps) {
  const [Modal, setModal] = useState(() => loaded);
  const [failure, setFailure] = useState<Error>();
  useEffect(() => {
    if (!Modal) load().then((made) => setModal(() => made), setFailure);
  }, [Modal]);
  if (failure) throw failure;
  return Modal && <Modal {...props} />;
}
