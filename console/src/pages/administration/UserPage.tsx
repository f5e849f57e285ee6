import { useState } from 'react';
import { ADMIN } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import type { Action } from '../../actions/ActionBar';
import type { Field } from '../../actions/fields';
import { maybeText, textOf } from '../../actions/values';
import { api, data } from '../../api/client';
import type { Answer, PostBody } from '../../api/types';
import { useMe } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { ListTable } from '../../list/ListTable';
import { useLocalListState } from '../../list/useListState';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { SecretDialog } from '../../ui/SecretDialog';
import { keys } from './keys';
import { OFF, ON, ROLE, RoleName, SECOND_FACTOR, staffRoleOptions } from './UsersPage';

type User = Answer<'/v1/users/{id}'>;
type StaffRole = PostBody<'/v1/users/{id}/change-role'>['role'];
type SignInLink = { url: string; expiresAt: string };

/** One user: role, access, keys. */
export default function UserPage() {
  const id = usePageId();
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
          title={{ zh: '一次性登录链接', en: 'One-time sign-in link' }}
          hint={
            <>
              {t({
                zh: '链接已发到用户邮箱，也可由您转交。只能使用一次，有效期至',
                en: 'The link was emailed to the user; you can also pass it on yourself. It can be used once, until',
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

const reason: Field = {
  name: 'reason',
  label: WORDS.reason,
  help: { zh: '记入审计日志。', en: 'Recorded in the audit log.' },
  kind: 'textarea',
  maxLength: 2000,
  required: true,
};

function actionsOf(user: User, isMe: boolean, onLink: (link: SignInLink) => void): Action[] {
  const path = { id: user.id };
  const roles = ADMIN;
  const enabled = user.disabledAt === null;
  return [
    {
      key: 'link',
      label: { zh: '生成一次性登录链接', en: 'Create one-time sign-in link' },
      roles,
      available: enabled,
      primary: true,
      fields: [],
      summary: (
        <Hint
          zh="用户可用它设置新密码并登录。之前的链接会失效；已设置的两步验证仍然需要。"
          en="The user can set a new password with it and sign in. Earlier links become invalid; two-step verification is still required."
        />
      ),
      run: async (_values, header) =>
        onLink(await data(api.POST('/v1/users/{id}/sign-in-link', { params: { path, header } }))),
    },
    {
      key: 'role',
      label: { zh: '变更角色', en: 'Change role' },
      roles,
      available: enabled && !isMe && user.role !== 'distributor',
      fields: [
        {
          name: 'role',
          label: ROLE,
          kind: 'select',
          options: staffRoleOptions.filter(({ value }) => value !== user.role),
          required: true,
        },
        reason,
      ],
      summary: (
        <Hint
          zh="新角色立即生效，对其 API 密钥同样有效；所有会话会结束，需要重新登录。"
          en="The new role takes effect immediately, also for API keys. All sessions end and the user must sign in again."
        />
      ),
      run: (values, header) =>
        api.POST('/v1/users/{id}/change-role', {
          params: { path, header },
          body: { role: textOf(values, 'role') as StaffRole, reason: textOf(values, 'reason') },
        }),
    },
    {
      key: 'second-factor',
      label: { zh: '移除两步验证', en: 'Remove two-step verification' },
      roles,
      available: enabled && user.hasSecondFactor,
      fields: [],
      summary: (
        <Hint
          zh="仅在用户丢失手机和恢复码、且您已核实身份后使用。"
          en="Use this only if the user has lost the phone and the recovery codes, and after you have verified the user's identity."
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
      fields: [reason],
      summary: (
        <Hint
          zh="该用户的所有会话和 API 密钥立即失效，可以随时重新启用。"
          en="All sessions and API keys of this user stop working immediately. The user can be enabled again at any time."
        />
      ),
      run: (values, header) =>
        api.POST('/v1/users/{id}/disable', {
          params: { path, header },
          body: { reason: maybeText(values, 'reason') },
        }),
    },
    {
      key: 'enable',
      label: { zh: '重新启用', en: 'Enable' },
      roles,
      available: !enabled,
      primary: true,
      fields: [reason],
      summary: (
        <Hint
          zh="原密码、两步验证和未吊销的 API 密钥恢复有效；之前的会话和登录链接不会恢复。"
          en="Password, two-step verification and API keys that were not revoked work again; earlier sessions and links do not."
        />
      ),
      run: (values, header) =>
        api.POST('/v1/users/{id}/enable', {
          params: { path, header },
          body: { reason: textOf(values, 'reason') },
        }),
    },
  ];
}

function Hint({ zh, en }: { zh: string; en: string }) {
  return <p>{useT()({ zh, en })}</p>;
}

function UserFacts({ user }: { user: User }) {
  const t = useT();
  return (
    <Panel title={{ zh: '用户', en: 'User' }}>
      <Facts
        facts={[
          [{ zh: '姓名', en: 'Name' }, user.name],
          [{ zh: '邮箱', en: 'Email address' }, user.email],
          [ROLE, <RoleName key="role" role={user.role} />],
          [SECOND_FACTOR, t(user.hasSecondFactor ? ON : OFF)],
          [
            WORDS.distributor,
            user.distributorId ? (
              <ThingLink key="of" kind="distributor" id={user.distributorId} />
            ) : undefined,
          ],
          [{ zh: '创建时间', en: 'Created' }, <TimeText key="created" at={user.createdAt} />],
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
  return (
    <Panel title={keys.title}>
      <ListTable
        list={keys}
        fixed={{ userId }}
        columns={['name', 'state', 'scopes', 'createdAt', 'actions']}
        state={useLocalListState()}
      />
    </Panel>
  );
}
