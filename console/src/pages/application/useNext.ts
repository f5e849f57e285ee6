import { App } from 'antd';
import { useNavigate } from 'react-router';
import { REVIEWERS } from '../../../../domain/roles';
import type { Action } from '../../actions/ActionBar';
import { useT } from '../../locale/locale';
import { claimNext } from './list';

const NONE = {
  zh: '没有待领取的申请了，队列已清空。',
  en: 'The queue is empty: there are no applications to claim.',
};

/** Action that claims the application that has waited longest. */
export function useNext(primary: boolean): Action {
  const t = useT();
  const { message } = App.useApp();
  const navigate = useNavigate();
  return {
    key: 'next',
    label: { zh: '领取下一件', en: 'Claim next' },
    shortcut: 'n',
    roles: REVIEWERS,
    available: true,
    direct: true,
    primary,
    fields: [],
    done: null,
    run: async (_body, key) => {
      const href = await claimNext(key);
      if (href) await navigate(href);
      else void message.info(t(NONE));
    },
  };
}
