import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useParams } from 'react-router';
import { api, data } from '../api/client';
import { type Text, useT } from '../locale/locale';
import { useBrand } from '../pages/application/apply/useBrand';
import { TimeText } from '../ui/format';
import { useProblemText } from '../ui/problems';
import { SignedOutPage } from './SignedOutPage';

const TEXTS = {
  title: { zh: '确认新邮箱', en: 'Confirm your new email address' },
  hint: {
    zh: '请确认您可以在此邮箱收信，并希望今后使用它登录和接收通知。',
    en: 'Confirm that you receive email at this address and want to sign in and be notified with it from now on.',
  },
  confirm: { zh: '确认此邮箱', en: 'Confirm this address' },
  done: { zh: '已确认', en: 'Confirmed' },
  from: { zh: '生效时间：', en: 'Takes effect: ' },
  missing: {
    zh: '链接不完整。请从邮件中重新打开。',
    en: 'The link is incomplete. Open it from the email again.',
  },
} satisfies Record<string, Text>;

/** Target of the link to a new email address. A click confirms: programs that check mails open links too. */
export default function ConfirmAddressPage() {
  const t = useT();
  const brand = useBrand();
  const problemText = useProblemText();
  const { id = '' } = useParams();
  const [token] = useState(() => window.location.hash.slice(1));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [confirmed, setConfirmed] = useState<{ email: string; effectiveAt: string | null }>();

  const confirm = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      setConfirmed(
        await data(
          api.POST('/v1/account-changes/{id}/confirm-address', { params: { path: { id } }, body: { token } }),
        ),
      );
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <SignedOutPage title={t(TEXTS.title)} brand={brand}>
      {!token && <Alert type="warning" showIcon title={t(TEXTS.missing)} />}
      {problem !== undefined && (
        <Alert
          role="alert"
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={problemText(problem).title}
          description={problemText(problem).detail}
        />
      )}
      {confirmed ? (
        <Alert
          type="success"
          showIcon
          title={`${t(TEXTS.done)} · ${confirmed.email}`}
          description={
            confirmed.effectiveAt && (
              <>
                {t(TEXTS.from)}
                <TimeText at={confirmed.effectiveAt} />
              </>
            )
          }
        />
      ) : (
        token && (
          <>
            <p>{t(TEXTS.hint)}</p>
            <Button type="primary" block loading={busy} onClick={() => void confirm()}>
              {t(TEXTS.confirm)}
            </Button>
          </>
        )
      )}
    </SignedOutPage>
  );
}
