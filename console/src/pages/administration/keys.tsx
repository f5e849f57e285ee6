import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Action, ActionBar } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import type { Item } from '../../api/types';
import { ThingLink } from '../../detail/Links';
import { defineList, type ListDefinition } from '../../list/definition';
import { WORDS } from '../../locale/words';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

type Key = Item<'/v1/keys'>;

/** All API keys. */
export const keys = defineList({
  key: 'keys',
  path: '/v1/keys',
  title: { zh: 'API 密钥', en: 'API keys' },
  defaultSort: '-createdAt',
  idOf: ({ id }) => id,
  filters: [],
  columns: [
    { key: 'name', title: { zh: '用途', en: 'What it is for' }, render: ({ name }) => name },
    { key: 'state', title: WORDS.state, render: (key) => <StateTag state={stateOf(key)} /> },
    {
      key: 'scopes',
      title: { zh: '权限', en: 'Scopes' },
      render: ({ scopes }) => <div style={{ maxWidth: 360, whiteSpace: 'normal' }}>{scopes.join(', ')}</div>,
    },
    {
      key: 'createdAt',
      title: { zh: '创建时间', en: 'Made' },
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
  ],
  empty: {
    title: { zh: '没有 API 密钥', en: 'No API keys' },
    hint: {
      zh: '商城等系统用密钥调用 API。为每个系统单独创建一个，只给它需要的权限。',
      en: 'Shops and other machines call the API with a key. Make one for each, with the scopes it needs.',
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
  roles: ['admin'],
  available: stateOf(key) === 'active',
  danger: true,
  fields: [],
  summary: key.name,
  run: () => api.DELETE('/v1/keys/{id}', { params: { path: { id: key.id } } }),
});

/** Users by id, for lists that name them by id only. */
export function useUserNames(): ReadonlyMap<string, string> {
  const users = useQuery({
    queryKey: ['user-names'],
    queryFn: () => data(api.GET('/v1/users', { params: { query: { limit: 200, sort: '-createdAt' } } })),
    staleTime: 60_000,
  });
  return useMemo(() => new Map((users.data?.items ?? []).map(({ id, name }) => [id, name])), [users.data]);
}

/** The list with the names of users, and with what can be done to a key. */
export function useKeysWithActions(): ListDefinition<'/v1/keys'> {
  const names = useUserNames();
  return useMemo(() => {
    const [name, state, ...others] = keys.columns;
    return {
      ...keys,
      filters: [
        {
          param: 'userId',
          label: { zh: '所属用户', en: 'Counts as' },
          kind: 'select',
          options: [...names].map(([value, text]) => ({ value, label: { zh: text, en: text } })),
        },
      ],
      columns: [
        name!,
        {
          key: 'user',
          title: { zh: '所属用户', en: 'Counts as' },
          render: ({ userId }) => (
            <ThingLink kind="user" id={userId}>
              {names.get(userId)}
            </ThingLink>
          ),
        },
        state!,
        ...others,
        {
          key: 'actions',
          title: { zh: '操作', en: 'Actions' },
          render: (key) => <ActionBar actions={[revocationOf(key)]} />,
        },
      ],
    };
  }, [names]);
}
