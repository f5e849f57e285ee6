import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api } from '../api/client';
import { ProblemError } from '../api/problem';
import { type Text, useT } from '../locale/locale';
import { useProblemText } from '../ui/problems';

const TEXTS = {
  email: { zh: '邮箱', en: 'Email address' },
  password: { zh: '密码', en: 'Password' },
  code: {
    zh: '验证器上的 6 位验证码，或恢复码',
    en: '6-digit code from your authenticator app, or a recovery code',
  },
  signIn: { zh: '登录', en: 'Sign in' },
  refused: {
    zh: '邮箱、密码或验证码不正确',
    en: 'Incorrect email address, password or code',
  },
  required: { zh: '请填写此项', en: 'Required' },
} satisfies Record<string, Text>;

/** Signs a user in with password and, if enabled, two-step verification. */
export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const t = useT();
  const problemText = useProblemText();
  const [busy, setBusy] = useState(false);
  const [needsCode, setNeedsCode] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const signIn = async (values: { email: string; password: string; code?: string }) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.POST('/v1/sign-in', {
        body: {
          email: values.email.trim(),
          password: values.password,
          ...(values.code && { code: values.code.trim() }),
        },
      });
      onSignedIn();
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'code_required') setNeedsCode(true);
      else setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  const refused = problem instanceof ProblemError && problem.code === 'sign_in_refused';
  const rules = [{ required: true, message: t(TEXTS.required) }];
  return (
    <Form layout="vertical" onFinish={(values) => void signIn(values)} requiredMark={false}>
      {problem !== undefined && (
        <Alert
          role="alert"
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={refused ? t(TEXTS.refused) : problemText(problem).title}
          description={refused ? undefined : problemText(problem).detail}
        />
      )}
      <Form.Item name="email" label={t(TEXTS.email)} rules={rules}>
        <Input autoComplete="username" inputMode="email" autoFocus />
      </Form.Item>
      <Form.Item name="password" label={t(TEXTS.password)} rules={rules}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      {needsCode && (
        <Form.Item name="code" label={t(TEXTS.code)} rules={rules}>
          <Input autoComplete="one-time-code" autoFocus />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" block loading={busy}>
        {t(TEXTS.signIn)}
      </Button>
    </Form>
  );
}
