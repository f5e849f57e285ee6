import { MenuOutlined, QuestionCircleOutlined, UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Drawer, Dropdown, Grid, Layout, Menu } from 'antd';
import { useEffect, useState } from 'react';
import { Link, Outlet, useLocation, useNavigate } from 'react-router';
import { ROLES } from '../../../domain/words/glossary';
import { type Text, useT } from '../locale/locale';
import { isTyping } from '../ui/keys';
import { useProblemText } from '../ui/problems';
import { LocaleSwitch } from './LocaleSwitch';
import { menuFor } from './menu';
import { SearchBox } from './SearchBox';
import { ShortcutsHelp } from './ShortcutsHelp';
import { useMe, useSignOut } from './session';
import { WorkerBanner } from './WorkerBanner';

const TEXTS = {
  menu: { zh: '菜单', en: 'Menu' },
  account: { zh: '我的账户', en: 'My account' },
  signOut: { zh: '退出登录', en: 'Sign out' },
  keys: { zh: '快捷键', en: 'Keyboard shortcuts' },
  skip: { zh: '跳到正文', en: 'Skip to content' },
} satisfies Record<string, Text>;

/** Frame of every page of a signed-in person: menu, search, language, account. */
export default function Shell() {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { message } = App.useApp();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const { pathname } = useLocation();
  const wide = Grid.useBreakpoint().lg ?? window.innerWidth >= 992;
  const [menuOpen, setMenuOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === '?') setHelpOpen(true);
      else if (event.key === 'r') void queries.invalidateQueries();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [queries]);

  useEffect(() => setMenuOpen(false), [pathname]);

  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      void message.error(problemText(error).title);
    }
  };

  const groups = menuFor(me.user.role);
  const addresses = groups.flatMap(({ entries }) => entries.map(({ href }) => href));
  const selected = addresses
    .filter((href) => pathname === href || (href !== '/' && pathname.startsWith(`${href}/`)))
    .sort((a, b) => b.length - a.length)
    .slice(0, 1);
  const menu = (
    <nav aria-label={t(TEXTS.menu)}>
      <Menu
        mode="inline"
        selectedKeys={selected}
        style={{ borderInlineEnd: 0 }}
        items={groups.map(({ title, entries }) => ({
          key: title.en,
          type: 'group' as const,
          label: t(title),
          children: entries.map(({ href, label }) => ({
            key: href,
            label: <Link to={href}>{t(label)}</Link>,
          })),
        }))}
      />
    </nav>
  );

  return (
    <Layout style={{ minHeight: '100%' }}>
      <a className="skip-link" href="#content">
        {t(TEXTS.skip)}
      </a>
      <Layout.Header className="shell-head">
        {!wide && (
          <Button
            type="text"
            icon={<MenuOutlined />}
            aria-label={t(TEXTS.menu)}
            aria-expanded={menuOpen}
            onClick={() => setMenuOpen(true)}
          />
        )}
        <Link to="/" className="strong nowrap">
          {me.brand.name}
        </Link>
        <SearchBox />
        <span className="grow" />
        {wide && (
          <Button
            type="text"
            icon={<QuestionCircleOutlined />}
            aria-label={t(TEXTS.keys)}
            onClick={() => setHelpOpen(true)}
          />
        )}
        <LocaleSwitch />
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'account', label: t(TEXTS.account), onClick: () => void navigate('/account') },
              { key: 'out', label: t(TEXTS.signOut), onClick: () => void leave() },
            ],
          }}
        >
          <Button type="text" icon={<UserOutlined />} aria-label={wide ? undefined : t(TEXTS.account)}>
            {wide && `${me.user.name} · ${t(ROLES[me.user.role]!)}`}
          </Button>
        </Dropdown>
      </Layout.Header>
      <Layout>
        {wide ? (
          <Layout.Sider width={208} style={{ borderRight: '1px solid #e4e7ea', paddingBottom: 24 }}>
            {menu}
          </Layout.Sider>
        ) : (
          <Drawer
            placement="left"
            size={260}
            open={menuOpen}
            onClose={() => setMenuOpen(false)}
            title={me.brand.name}
          >
            {menu}
          </Drawer>
        )}
        <Layout.Content id="content" tabIndex={-1}>
          <WorkerBanner />
          <main>
            <Outlet />
          </main>
        </Layout.Content>
      </Layout>
      {helpOpen && <ShortcutsHelp onClose={() => setHelpOpen(false)} />}
    </Layout>
  );
}
