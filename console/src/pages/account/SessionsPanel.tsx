import { Tag } from 'antd';
import { ROLES } from '../../../../domain/roles';
import { ActionBar } from '../../actions/ActionBar';
import { api } from '../../api/client';
import { Panel } from '../../detail/Panel';
import { defineList } from '../../list/definition';
import { ListTable } from '../../list/ListTable';
import { useLocalListState } from '../../list/useListState';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';

const sessions = defineList({
  key: 'sessions',
  path: '/v1/me/sessions',
  title: { zh: '登录的设备', en: 'Signed-in devices' },
  defaultSort: '-createdAt',
  idOf: ({ id }) => id,
  filters: [],
  columns: [
    {
      key: 'userAgent',
      title: { zh: '浏览器', en: 'Browser' },
      render: ({ userAgent, current }) => <Browser userAgent={userAgent} current={current} />,
    },
    {
      key: 'createdAt',
      title: { zh: '登录时间', en: 'Signed in' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    {
      key: 'lastSeenAt',
      title: { zh: '最近使用', en: 'Last used' },
      render: ({ lastSeenAt }) => <TimeText at={lastSeenAt} />,
    },
    {
      key: 'end',
      title: { zh: '操作', en: 'Actions' },
      render: ({ id, current }) => (
        <ActionBar
          actions={[
            {
              key: 'end',
              label: { zh: '结束会话', en: 'End session' },
              roles: ROLES,
              available: !current,
              fields: [],
              run: () => api.DELETE('/v1/me/sessions/{id}', { params: { path: { id } } }),
            },
          ]}
        />
      ),
    },
  ],
  empty: {
    title: { zh: '没有其他登录', en: 'No other sessions' },
    hint: { zh: '您没有在其他设备上登录。', en: 'You are not signed in on any other device.' },
  },
});

/** Browsers and systems by user agent; the first match wins. */
const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, 'WeChat'],
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/HarmonyOS/, 'HarmonyOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

function Browser({ userAgent, current }: { userAgent: string | null; current: boolean }) {
  const t = useT();
  const nameIn = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const names = [nameIn(BROWSERS), nameIn(SYSTEMS)].filter(Boolean).join(', ');
  return (
    <span title={userAgent ?? undefined}>
      {names || userAgent || '–'}{' '}
      {current && <Tag color="success">{t({ zh: '当前会话', en: 'Current session' })}</Tag>}
    </span>
  );
}

/** Sessions of the user; other sessions can be ended. */
export function SessionsPanel() {
  return (
    <Panel title={sessions.title}>
      <ListTable list={sessions} state={useLocalListState()} />
    </Panel>
  );
}
