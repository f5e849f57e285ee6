import { useState } from 'react';
import { useParams } from 'react-router';
import type { Action } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { useMe } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { ListTable } from '../../list/ListTable';
import { useLocalListState } from '../../list/useListState';
import { useT } from '../../locale/locale';
import { WORDS } from '../../locale/words';
import { TimeText } from '../../ui/format';
import { SecretDialog } from '../../ui/SecretDialog';
import { keys, useKeysWithActions } from './keys';
import { RoleName } from './UsersPage';

type User = Answer<'/v1/users/{id}'>;
type SignInLink = { url: string; expiresAt: string };

/** One person who can sign in: role, access, keys. */
export default function UserPage() {
  const { id = '' } = useParams();
  const t = useT();
  const me = useMe();
  const [link, setLink] = useState<SignInLink>();
  return (
    <>
      <DetailPage
        kind="user"
        id={id}
        load={(signal) => data(api.GET('/v1/users/{id}', { params: { path: { id } }, signal }))}
        title={({ name }) => name}
        state={({ disabledAt }) => (disabledAt ? 'disabled' : 'active')}
        actions={(user) => actionsOf(user, user.id === me.user.id, setLink)}
      >
        {(user) => (
          <>
            <UserFacts user={user} />
            <UserKeys userId={id} />
          </>
        )}
      </DetailPage>
      {link && (
        <SecretDialog
          title={{ zh: '一次性登录链接', en: 'One-time link' }}
          hint={
            <>
              {t({
                zh: '链接已发到用户邮箱，也可由您转交。只能使用一次，有效期至',
                en: 'It was mailed to the user; you may hand it over too. It works once, until',
              })}{' '}
              <TimeText at={link.expiresAt} />
            </>
          }
          secret={link.url}
          onClose={() => setLink(undefined)}
        />
      )}
    </>
  );
}

function actionsOf(user: User, isMe: boolean, onLink: (link: SignInLink) => void): Action[] {
  const path = { id: user.id };
  const roles = ['admin'] as const;
  const enabled = user.disabledAt === null;
  return [
    {
      key: 'link',
      label: { zh: '生成一次性登录链接', en: 'Make a one-time link' },
      roles,
      available: enabled,
      primary: true,
      fields: [],
      summary: (
        <Hint
          zh="用户可用它设置新密码并登录。之前的链接会失效；已设置的二次验证仍然需要。"
          en="With it the user sets a new password and signs in. Earlier links are void; a second factor is still asked for."
        />
      ),
      run: async (_values, header) =>
        onLink(await data(api.POST('/v1/users/{id}/sign-in-link', { params: { path, header } }))),
    },
    {
      key: 'second-factor',
      label: { zh: '移除二次验证', en: 'Remove the second factor' },
      roles,
      available: enabled,
      fields: [],
      summary: (
        <Hint
          zh="仅在用户丢失手机和恢复码、且您已核实身份后使用。"
          en="For somebody who has lost both the device and the recovery codes. Make sure who asks."
        />
      ),
      run: () => api.DELETE('/v1/users/{id}/second-factor', { params: { path } }),
    },
    {
      key: 'disable',
      label: { zh: '停用', en: 'Disable' },
      roles,
      available: enabled && !isMe,
      danger: true,
      fields: [],
      summary: (
        <Hint
          zh="该用户的所有会话和 API 密钥立即失效。目前不能恢复，需要时请新建用户。"
          en="All sessions and keys of this user stop working at once. It can not be undone; add a new user where needed."
        />
      ),
      run: (_values, header) => api.POST('/v1/users/{id}/disable', { params: { path, header } }),
    },
  ];
}

function Hint({ zh, en }: { zh: string; en: string }) {
  return <p>{useT()({ zh, en })}</p>;
}

function UserFacts({ user }: { user: User }) {
  return (
    <Panel title={{ zh: '用户', en: 'User' }}>
      <Facts
        facts={[
          [{ zh: '姓名', en: 'Name' }, user.name],
          [{ zh: '邮箱', en: 'Mail address' }, user.email],
          [{ zh: '角色', en: 'Role' }, <RoleName key="role" role={user.role} />],
          [
            WORDS.distributor,
            user.distributorId ? (
              <ThingLink key="of" kind="distributor" id={user.distributorId} />
            ) : undefined,
          ],
          [{ zh: '创建时间', en: 'Added' }, <TimeText key="created" at={user.createdAt} />],
          [
            { zh: '停用时间', en: 'Disabled' },
            user.disabledAt ? <TimeText key="disabled" at={user.disabledAt} /> : undefined,
          ],
        ]}
      />
    </Panel>
  );
}

function UserKeys({ userId }: { userId: string }) {
  const list = useKeysWithActions();
  return (
    <Panel title={keys.title}>
      <ListTable
        list={list}
        fixed={{ userId }}
        columns={['name', 'state', 'scopes', 'createdAt', 'actions']}
        state={useLocalListState()}
      />
    </Panel>
  );
}
