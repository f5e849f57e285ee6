import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import type { IdempotencyKey } from '../api/client';
import type { Text } from '../locale/locale';
import type { Field } from './fields';

export interface ActionDialogProps {
  title: string;
  /** Summary of what the action will do. */
  summary?: ReactNode;
  fields: readonly Field[];
  confirm?: Text;
  danger?: boolean;
  onCancel: () => void;
  /** Carries out the action; an error is shown, and the form keeps its input. */
  onSubmit: (body: Record<string, unknown>, key: IdempotencyKey) => Promise<unknown>;
}

// The form includes all kinds of fields, calendars too, so it is loaded separately and no page waits for it.
const load = async () => (await import('./ActionModal')).default;
let loaded: ComponentType<ActionDialogProps> | undefined;
const preload = () =>
  load().then(
    (Modal) => {
      loaded = Modal;
    },
    // Opening a dialog tries again and shows the error.
    () => undefined,
  );
setTimeout(preload, 3_000);

/** Asks for the input of an action, carries it out, and shows the server's errors at the fields. */
export function ActionDialog(props: ActionDialogProps) {
  const [Modal, setModal] = useState(() => loaded);
  const [failure, setFailure] = useState<Error>();
  useEffect(() => {
    if (!Modal) load().then((made) => setModal(() => made), setFailure);
  }, [Modal]);
  if (failure) throw failure;
  return Modal && <Modal {...props} />;
}
