import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ADMIN, MACHINE_SCOPES } from '../../../../domain/roles';
import { ROLES } from '../../../../domain/words/glossary';
import { ActionBar } from '../../actions/ActionBar';
import { maybeText, maybeTexts, textOf } from '../../actions/values';
import { api, data } from '../../api/client';
import { useColleagues } from '../../api/useColleagues';
import { useMe } from '../../app/session';
import { ListPage } from '../../list/ListPage';
import { useT } from '../../locale/locale';
import { SecretDialog } from '../../ui/SecretDialog';
import { KEY_USER, keys } from './keys';

/** All API keys; a new key is shown only once. */
export default function KeysPage() {
  const t = useT();
  const [made, setMade] = useState<{ name: string; key: string }>();
  return (
    <>
      <ListPage list={keys} actions={<CreateKey onMade={setMade} />} />
      {made && (
        <SecretDialog
          title={{ zh: 'API 密钥', en: 'API key' }}
          hint={
            <>
              <span className="strong">{made.name}</span>
              {' · '}
              {t({
                zh: '请求头：Authorization: Bearer <密钥>',
                en: 'Request header: Authorization: Bearer <key>',
              })}
            </>
          }
          secret={made.key}
          onClose={() => setMade(undefined)}
        />
      )}
    </>
  );
}

const same = (text: string) => ({ zh: text, en: text });

function CreateKey({ onMade }: { onMade: (made: { name: string; key: string }) => void }) {
  const me = useMe();
  const colleagues = useColleagues();
  const scopes = useQuery({
    queryKey: ['key-scopes'],
    queryFn: () => data(api.GET('/v1/key-scopes')),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const scopesFor = ({ userId, machine }: Record<string, unknown>) => {
    const role = colleagues.find(({ id }) => id === userId)?.role;
    const ofRole = (role && scopes.data?.[role]) ?? [];
    if (machine) return ofRole.filter((scope) => MACHINE_SCOPES.includes(scope));
    return ofRole.length > 0 ? ['*', ...ofRole] : [];
  };
  return (
    <ActionBar
      actions={[
        {
          key: 'make',
          label: { zh: '创建密钥', en: 'Create key' },
          roles: ADMIN,
          available: true,
          primary: true,
          fields: [
            {
              name: 'name',
              label: { zh: '用途', en: 'Purpose' },
              help: { zh: '例如：商城订单同步', en: 'For example: order sync from the shop' },
              kind: 'text',
              maxLength: 200,
              required: true,
            },
            {
              name: 'userId',
              label: KEY_USER,
              help: {
                zh: '用此密钥的请求按该用户的角色处理，并记在其名下。',
                en: "Requests with this key act with this user's role and are recorded under this user's name.",
              },
              kind: 'select',
              search: true,
              required: true,
              initial: me.user.id,
              options: colleagues.map(({ id, name, role }) => ({
                value: id,
                label: { zh: `${name}（${ROLES[role]?.zh}）`, en: `${name} (${ROLES[role]?.en})` },
              })),
            },
            {
              name: 'machine',
              label: { zh: '供系统使用', en: 'For a system' },
              help: {
                zh: '商城等系统自动上报订单时打开：动态中记为“商城”并注明账户，不逐条写入审计日志；只能有上报和读取的权限。',
                en: 'Turn on for a system that reports orders, such as the shop: the activity shows “Shop” with the account, without an audit entry for each report. Only scopes to report and read are available.',
              },
              kind: 'switch',
            },
            {
              name: 'scopes',
              label: { zh: '权限', en: 'Scopes' },
              help: {
                zh: '只列出所属用户的角色可用的权限。“*” 为全部；请尽量只选需要的。',
                en: "Only scopes available to this user's role are listed. “*” means all of them; select only what is needed.",
              },
              kind: 'select',
              multiple: true,
              search: true,
              required: true,
              options: (values) => scopesFor(values).map((scope) => ({ value: scope, label: same(scope) })),
            },
            {
              name: 'expiresAt',
              label: { zh: '有效期至（不填则不过期）', en: 'Expires (leave empty for no expiry)' },
              kind: 'time',
            },
          ],
          run: async (values, header) =>
            onMade(
              await data(
                api.POST('/v1/keys', {
                  params: { header },
                  body: {
                    name: textOf(values, 'name'),
                    userId: textOf(values, 'userId'),
                    machine: values.machine === true,
                    scopes: maybeTexts(values, 'scopes') ?? [],
                    expiresAt: maybeText(values, 'expiresAt'),
                  },
                }),
              ),
            ),
        },
      ]}
    />
  );
}
