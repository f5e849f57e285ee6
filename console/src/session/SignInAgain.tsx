import { useQueryClient } from '@tanstack/react-query';
import { Modal } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { whenSignedOut } from '../api/client';
import { ME } from '../app/session';
import { type Text, useT } from '../locale/locale';
import { SignInForm } from './SignInForm';

const TITLE: Text = { zh: '登录已过期，请重新登录', en: 'Your session has expired; sign in again' };
const HINT: Text = { zh: '页面上已填写的内容会保留。', en: 'What you entered on the page is kept.' };

/**
 * Asks to sign in again over the current page when a session ends. Requests wait and are sent again afterwards, so
 * that no input is lost. A person who was not signed in goes to the sign-in page instead.
 */
export function SignInAgain() {
  const t = useT();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const waiting = useRef<((again: boolean) => void)[]>([]);

  useEffect(() => {
    whenSignedOut(() => {
      if (queries.getQueryData(ME) === undefined) return Promise.resolve(false);
      setOpen(true);
      return new Promise((resolve) => waiting.current.push(resolve));
    });
    return () => whenSignedOut(undefined);
  }, [queries]);

  const settle = (again: boolean) => {
    setOpen(false);
    for (const resolve of waiting.current.splice(0)) resolve(again);
  };

  return (
    <Modal
      open={open}
      title={t(TITLE)}
      footer={null}
      onCancel={() => settle(false)}
      mask={{ closable: false }}
      destroyOnHidden
    >
      <p>{t(HINT)}</p>
      <SignInForm
        onSignedIn={() => {
          settle(true);
          // The role may have changed.
          void queries.invalidateQueries({ queryKey: ME });
        }}
      />
    </Modal>
  );
}
