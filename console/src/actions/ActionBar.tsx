import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Space } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import type { Role } from '../api/types';
import { useMe } from '../app/session';
import { type Text, useT } from '../locale/locale';
import { isTyping } from '../ui/keys';
import { ActionDialog, type IdempotencyKey } from './ActionDialog';
import type { Field } from './fields';

/** Something a person may do to the thing on the page. */
export interface Action {
  key: string;
  label: Text;
  /** Key that opens it. */
  shortcut?: string;
  roles: readonly Role[];
  /** Whether the thing is in a state for it. */
  available: boolean;
  fields: readonly Field[];
  summary?: ReactNode;
  primary?: boolean;
  danger?: boolean;
  run: (body: Record<string, unknown>, key: IdempotencyKey) => Promise<unknown>;
  /** Said when it is done. */
  done?: Text;
}

const DONE: Text = { zh: '已完成', en: 'Done' };

/** The actions that this person may take on this thing now. Everything on the page is read again afterwards. */
export function ActionBar({ actions }: { actions: readonly Action[] }) {
  const t = useT();
  const me = useMe();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [open, setOpen] = useState<string>();
  const possible = actions.filter(({ roles, available }) => available && roles.includes(me.user.role));
  const chosen = possible.find(({ key }) => key === open);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || open) return;
      const action = possible.find(({ shortcut }) => shortcut === event.key);
      if (!action) return;
      event.preventDefault();
      setOpen(action.key);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  return (
    <Space wrap>
      {possible.map(({ key, label, shortcut, primary, danger }) => (
        <Button
          key={key}
          type={primary ? 'primary' : 'default'}
          danger={danger}
          onClick={() => setOpen(key)}
          aria-keyshortcuts={shortcut}
        >
          {t(label)}
          {shortcut && <kbd aria-hidden>{shortcut}</kbd>}
        </Button>
      ))}
      {chosen && (
        <ActionDialog
          title={t(chosen.label)}
          summary={chosen.summary}
          fields={chosen.fields}
          confirm={chosen.label}
          danger={chosen.danger}
          onCancel={() => setOpen(undefined)}
          onSubmit={async (body, key) => {
            await chosen.run(body, key);
            setOpen(undefined);
            void message.success(t(chosen.done ?? DONE));
            await queries.invalidateQueries();
          }}
        />
      )}
    </Space>
  );
}
