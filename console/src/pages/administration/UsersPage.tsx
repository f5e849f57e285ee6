import { useNavigate } from 'react-router';
import { ADMIN } from '../../../../domain/roles';
import { ROLES, WORDS } from '../../../../domain/words/glossary';
import { ActionBar } from '../../actions/ActionBar';
import { maybeText, textOf } from '../../actions/values';
import { api, data } from '../../api/client';
import type { Role } from '../../api/types';
import { DistributorFilter } from '../../list/DistributorFilter';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { optionsOf } from '../shared/options';

export const ROLE = { zh: '角色', en: 'Role' };
export const SECOND_FACTOR = { zh: '两步验证', en: 'Two-step verification' };
export const ON = { zh: '已开启', en: 'On' };
export const OFF = { zh: '未开启', en: 'Off' };
const MAIL = { zh: '邮箱', en: 'Email address' };
const roleOptions = optionsOf(ROLES);

/** Roles of staff. */
export const staffRoleOptions = roleOptions.filter(({ value }) => value !== 'distributor');

const users = defineList({
  key: 'users',
  path: '/v1/users',
  title: { zh: '用户', en: 'Users' },
  defaultSort: '-createdAt',
  idOf: ({ id }) => id,
  href: ({ id }) => `/users/${id}`,
  filters: [
    { param: 'role', label: ROLE, kind: 'select', options: roleOptions },
    {
      param: 'disabled',
      label: WORDS.state,
      kind: 'select',
      options: [
        { value: 'false', label: { zh: '正常', en: 'Active' } },
        { value: 'true', label: { zh: '已停用', en: 'Disabled' } },
      ],
    },
  ],
  columns: [
    { key: 'name', title: { zh: '姓名', en: 'Name' }, render: ({ name }) => name },
    { key: 'email', title: MAIL, render: ({ email }) => email },
    { key: 'role', title: ROLE, render: ({ role }) => <RoleName role={role} /> },
    {
      key: 'state',
      title: WORDS.state,
      render: ({ disabledAt }) => <StateTag state={disabledAt ? 'disabled' : 'active'} />,
    },
    {
      key: 'hasSecondFactor',
      title: SECOND_FACTOR,
      render: ({ hasSecondFactor }) => <OnOff on={hasSecondFactor} />,
    },
    {
      key: 'createdAt',
      title: { zh: '创建时间', en: 'Created' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
  ],
  empty: {
    title: { zh: '还没有用户', en: 'No users yet' },
    hint: { zh: '点击“新增用户”。', en: 'Click “Add user”.' },
  },
});

/** Name of a role. */
export function RoleName({ role }: { role: Role }) {
  const t = useT();
  const name = ROLES[role];
  return <>{name ? t(name) : role}</>;
}

function OnOff({ on }: { on: boolean }) {
  const t = useT();
  return <span className={on ? undefined : 'muted'}>{t(on ? ON : OFF)}</span>;
}

const isRole = (text: string): text is Role => text in ROLES;

/** All users. */
export default function UsersPage() {
  return <ListPage list={users} actions={<AddUser />} />;
}

function AddUser() {
  const t = useT();
  const navigate = useNavigate();
  return (
    <ActionBar
      actions={[
        {
          key: 'add',
          label: { zh: '新增用户', en: 'Add user' },
          roles: ADMIN,
          available: true,
          primary: true,
          summary: t({
            zh: '创建后在用户页面生成一次性登录链接，由本人设置密码。',
            en: "After creating the user, create a one-time sign-in link on the user's page, so that the user can set a password.",
          }),
          fields: [
            { name: 'name', label: { zh: '姓名', en: 'Name' }, kind: 'text', maxLength: 200, required: true },
            { name: 'email', label: MAIL, kind: 'text', maxLength: 254, required: true },
            { name: 'role', label: ROLE, kind: 'select', options: roleOptions, required: true },
            {
              name: 'distributorId',
              label: WORDS.distributor,
              help: {
                zh: '仅“分销商”角色需要：登录后看到谁的数据。',
                en: 'Only for the role Distributor: the distributor whose data the user sees.',
              },
              kind: 'custom',
              render: ({ id, value, onChange }) => (
                <DistributorFilter
                  id={id}
                  label={t(WORDS.distributor)}
                  value={typeof value === 'string' ? value : undefined}
                  onChange={(chosen) => onChange?.(chosen)}
                />
              ),
            },
          ],
          run: async (values, header) => {
            const role = textOf(values, 'role');
            const user = await data(
              api.POST('/v1/users', {
                params: { header },
                body: {
                  name: textOf(values, 'name'),
                  email: textOf(values, 'email'),
                  // The server would refuse anything but a role.
                  role: isRole(role) ? role : 'distributor',
                  distributorId: maybeText(values, 'distributorId'),
                },
              }),
            );
            await navigate(`/users/${user.id}`);
          },
        },
      ]}
    />
  );
}
