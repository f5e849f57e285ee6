import { kinds } from '../../../../domain/kinds';
import { ADMIN } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { type Action, ActionBar } from '../../actions/ActionBar';
import { api } from '../../api/client';
import type { Item } from '../../api/types';
import { ThingLink } from '../../detail/Links';
import { defineList } from '../../list/definition';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { stateOptions } from '../shared/options';

type Key = Item<'/v1/keys'>;

/** The user a key acts as. */
export const KEY_USER = { zh: '所属用户', en: 'Acts as user' };

function UsedBy({ machine }: { machine: boolean }) {
  const t = useT();
  return <>{t(machine ? { zh: '系统', en: 'System' } : { zh: '人员', en: 'Person' })}</>;
}

/** All API keys with their actions. */
export const keys = defineList({
  key: 'keys',
  path: '/v1/keys',
  title: { zh: 'API 密钥', en: 'API keys' },
  defaultSort: '-createdAt',
  idOf: ({ id }) => id,
  filters: [
    { param: 'user', label: KEY_USER, kind: 'text' },
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: stateOptions(kinds.key.states),
    },
  ],
  columns: [
    { key: 'name', title: { zh: '用途', en: 'Purpose' }, render: ({ name }) => name },
    {
      key: 'user',
      title: KEY_USER,
      render: ({ userId, userName }) => (
        <ThingLink kind="user" id={userId}>
          {userName}
        </ThingLink>
      ),
    },
    {
      key: 'machine',
      title: { zh: '使用者', en: 'Used by' },
      render: ({ machine }) => <UsedBy machine={machine} />,
    },
    { key: 'state', title: WORDS.state, render: (key) => <StateTag state={stateOf(key)} /> },
    {
      key: 'scopes',
      title: { zh: '权限', en: 'Scopes' },
      render: ({ scopes }) => <div style={{ maxWidth: 360, whiteSpace: 'normal' }}>{scopes.join(', ')}</div>,
    },
    {
      key: 'createdAt',
      title: { zh: '创建时间', en: 'Created' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    {
      key: 'expiresAt',
      title: { zh: '有效期至', en: 'Expires' },
      render: ({ expiresAt }) => <TimeText at={expiresAt} />,
    },
    {
      key: 'revokedAt',
      title: { zh: '吊销时间', en: 'Revoked' },
      hidden: true,
      render: ({ revokedAt }) => <TimeText at={revokedAt} />,
    },
    {
      key: 'actions',
      title: { zh: '操作', en: 'Actions' },
      render: (key) => <ActionBar actions={[revocationOf(key)]} />,
    },
  ],
  empty: {
    title: { zh: '没有 API 密钥', en: 'No API keys' },
    hint: {
      zh: '商城等系统用密钥调用 API。为每个系统单独创建一个，只给它需要的权限。',
      en: 'Shops and other systems call the API with a key. Create one key for each system, with only the scopes it needs.',
    },
  },
});

function stateOf({ revokedAt, expiresAt }: Key): string {
  if (revokedAt) return 'revoked';
  return expiresAt && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'active';
}

const revocationOf = (key: Key): Action => ({
  key: 'revoke',
  label: { zh: '吊销', en: 'Revoke' },
  roles: ADMIN,
  available: stateOf(key) === 'active',
  danger: true,
  fields: [],
  summary: key.name,
  run: () => api.DELETE('/v1/keys/{id}', { params: { path: { id: key.id } } }),
});
