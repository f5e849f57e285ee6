import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, data } from '../api/client';
import { type Text, useT } from '../locale/locale';
import { useProblemText } from '../ui/problems';
import { SignedOutPage } from './SignedOutPage';

const TEXTS = {
  title: { zh: '忘记密码', en: 'Forgot password' },
  hint: {
    zh: '请输入登录邮箱，我们会发送一个链接，用于设置新密码。',
    en: 'Enter the email address you sign in with. We will send you a link to set a new password.',
  },
  email: { zh: '邮箱', en: 'Email address' },
  invalid: { zh: '请填写邮箱地址', en: 'Enter an email address' },
  send: { zh: '发送链接', en: 'Send link' },
  sent: { zh: '请查收邮件', en: 'Check your email' },
  sentHint: {
    zh: '如果该邮箱有可用账号，邮件已发出，其中的链接一小时内有效。没有收到？请检查垃圾邮件和邮箱地址，或联系管理员。',
    en: 'If an active account uses this address, we have sent an email with a link that is valid for one hour. No email? Check your spam folder and the address, or contact an administrator.',
  },
  back: { zh: '返回登录', en: 'Back to sign-in' },
} satisfies Record<string, Text>;

/** Requests a link by email to set a new password. The response is the same for every address. */
export default function ForgotPasswordPage() {
  const t = useT();
  const problemText = useProblemText();
  const options = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: () => data(api.GET('/v1/sign-in/options')),
  });
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const ask = async ({ email }: { email: string }) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.POST('/v1/sign-in-links', { body: { email: email.trim() } });
      setSent(true);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <SignedOutPage title={t(TEXTS.title)} brand={options.data?.brand.name}>
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
      {sent ? (
        <Alert
          role="status"
          type="success"
          showIcon
          style={{ marginBottom: 16 }}
          title={t(TEXTS.sent)}
          description={t(TEXTS.sentHint)}
        />
      ) : (
        <>
          <p className="muted">{t(TEXTS.hint)}</p>
          <Form layout="vertical" onFinish={(values) => void ask(values)} requiredMark={false}>
            <Form.Item
              name="email"
              label={t(TEXTS.email)}
              rules={[{ required: true, type: 'email', transform: trimmed, message: t(TEXTS.invalid) }]}
            >
              <Input autoComplete="username" inputMode="email" autoFocus />
            </Form.Item>
            <Button type="primary" htmlType="submit" block loading={busy} style={{ marginBottom: 16 }}>
              {t(TEXTS.send)}
            </Button>
          </Form>
        </>
      )}
      <Link to="/sign-in">{t(TEXTS.back)}</Link>
    </SignedOutPage>
  );
}

const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : value);
