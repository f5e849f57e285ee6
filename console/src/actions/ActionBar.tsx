import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Space } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { type IdempotencyKey, idempotencyKey } from '../api/client';
import type { Role } from '../api/types';
import { useMe } from '../app/session';
import { type Text, useT } from '../locale/locale';
import { isTyping } from '../ui/keys';
import { useProblemText } from '../ui/problems';
import { ActionDialog } from './ActionDialog';
import type { Field } from './fields';

/** An action a person can take on the entity of the page. */
export interface Action {
  key: string;
  label: Text;
  /** Keyboard shortcut. */
  shortcut?: string;
  roles: readonly Role[];
  /** Whether the state of the entity allows it. */
  available: boolean;
  fields: readonly Field[];
  /** Carried out immediately, without a dialog. */
  direct?: boolean;
  summary?: ReactNode;
  primary?: boolean;
  danger?: boolean;
  /** @param key the same for a retry after a lost response */
  run: (body: Record<string, unknown>, key: IdempotencyKey) => Promise<unknown>;
  /** Success message; null for none. */
  done?: Text | null;
}

const DONE: Text = { zh: '已完成', en: 'Done' };

/** The actions available to this person in the current state. After an action the data of the page is reloaded. */
export function ActionBar({ actions }: { actions: readonly Action[] }) {
  const t = useT();
  const me = useMe();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [busy, setBusy] = useState<string>();
  const [open, setOpen] = useState<string>();
  const possible = actions.filter(({ roles, available }) => available && roles.includes(me.user.role));
  // A dialog stays open even if its action is no longer possible; the server then refuses with the reason.
  const chosen = actions.find(({ key }) => key === open);

  const perform = async (action: Action, body: Record<string, unknown>, key: IdempotencyKey) => {
    await action.run(body, key);
    setOpen(undefined);
    if (action.done !== null) void message.success(t(action.done ?? DONE));
    await queries.invalidateQueries();
  };
  const begin = async (action: Action) => {
    if (!action.direct) return setOpen(action.key);
    if (busy) return undefined;
    setBusy(action.key);
    try {
      await perform(action, {}, idempotencyKey());
    } catch (error) {
      const { title, detail } = problemText(error);
      void message.error(detail ? `${title}: ${detail}` : title);
      // The page may not know yet what the refusal is about.
      await queries.invalidateQueries();
    } finally {
      setBusy(undefined);
    }
    return undefined;
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || open) return;
      const action = possible.find(({ shortcut }) => shortcut === event.key);
      if (!action) return;
      event.preventDefault();
      void begin(action);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  return (
    <>
      <Space wrap>
        {possible.map((action) => (
          <Button
            key={action.key}
            type={action.primary ? 'primary' : 'default'}
            danger={action.danger}
            loading={busy === action.key}
            onClick={() => void begin(action)}
            aria-keyshortcuts={action.shortcut}
          >
            {t(action.label)}
            {action.shortcut && <kbd aria-hidden>{action.shortcut}</kbd>}
          </Button>
        ))}
      </Space>
      {/* Not among the buttons, whose number may change: it would restart. */}
      {chosen && (
        <ActionDialog
          title={t(chosen.label)}
          summary={chosen.summary}
          fields={chosen.fields}
          confirm={chosen.label}
          danger={chosen.danger}
          onCancel={() => setOpen(undefined)}
          onSubmit={(body, key) => perform(chosen, body, key)}
        />
      )}
    </>
  );
}
