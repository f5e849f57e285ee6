import { useMe } from '../../app/session';
import { useT } from '../../locale/locale';
import { Page } from '../../ui/Page';
import { MentionsPanel } from './MentionsPanel';
import { PasswordPanel } from './PasswordPanel';
import { PersonPanel } from './PersonPanel';
import { SecondFactorPanel } from './SecondFactorPanel';
import { SessionsPanel } from './SessionsPanel';

/** The user's own account: profile, password, two-step verification, sessions, and notes that mention the user. */
export default function AccountPage() {
  const t = useT();
  const me = useMe();
  return (
    <Page title={t({ zh: '我的账户', en: 'My account' })}>
      {me.user.role !== 'distributor' && <MentionsPanel />}
      <div className="panels">
        <PersonPanel />
        <PasswordPanel />
        <SecondFactorPanel />
      </div>
      <SessionsPanel />
    </Page>
  );
}
