import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api } from '../api/client';
import { ProblemError } from '../api/problem';
import { ME } from '../app/session';
import { type Text, useT } from '../locale/locale';
import { useProblemText } from '../ui/problems';
import { SignedOutPage } from './SignedOutPage';

const TEXTS = {
  title: { zh: '设置密码', en: 'Set your password' },
  password: { zh: '新密码（至少 12 个字符）', en: 'New password (min 12 characters)' },
  repeat: { zh: '再次输入', en: 'Repeat password' },
  different: { zh: '两次输入不一致', en: 'The passwords do not match' },
  short: { zh: '至少 12 个字符', en: 'Min 12 characters' },
  code: {
    zh: '验证器上的 6 位验证码，或恢复码',
    en: '6-digit code from your authenticator app, or a recovery code',
  },
  save: { zh: '保存并登录', en: 'Save and sign in' },
  again: { zh: '获取新的链接', en: 'Get a new link' },
  missing: {
    zh: '链接不完整。请从邮件中重新打开，或获取新的链接。',
    en: 'The link is incomplete. Open it from the email again, or get a new link.',
  },
} satisfies Record<string, Text>;

/** Target of a one-time link: sets the password and signs in. */
export default function WelcomePage() {
  const t = useT();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const problemText = useProblemText();
  const [token] = useState(() => window.location.hash.slice(1));
  const [busy, setBusy] = useState(false);
  const [needsCode, setNeedsCode] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const save = async ({ password, code }: { password: string; code?: string }) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.POST('/v1/sign-in-links/redeem', {
        body: { token, password, ...(code && { code: code.trim() }) },
      });
      queries.removeQueries({ queryKey: ME });
      await navigate('/', { replace: true });
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'code_required') setNeedsCode(true);
      else setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  const over = problem instanceof ProblemError && problem.code === 'link_not_valid';
  return (
    <SignedOutPage title={t(TEXTS.title)}>
      {!token && <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t(TEXTS.missing)} />}
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
      {token && !over && (
        <Form layout="vertical" onFinish={(values) => void save(values)} requiredMark={false}>
          <Form.Item
            name="password"
            label={t(TEXTS.password)}
            rules={[{ min: 12, required: true, message: t(TEXTS.short) }]}
          >
            <Input.Password autoComplete="new-password" autoFocus />
          </Form.Item>
          <Form.Item
            name="repeat"
            label={t(TEXTS.repeat)}
            dependencies={['password']}
            rules={[
              ({ getFieldValue }) => ({
                validator: (_, value) =>
                  value === getFieldValue('password')
                    ? Promise.resolve()
                    : Promise.reject(new Error(t(TEXTS.different))),
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          {needsCode && (
            <Form.Item name="code" label={t(TEXTS.code)} rules={[{ required: true, message: t(TEXTS.code) }]}>
              <Input autoComplete="one-time-code" autoFocus />
            </Form.Item>
          )}
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t(TEXTS.save)}
          </Button>
        </Form>
      )}
      {(!token || over) && <Link to="/forgot-password">{t(TEXTS.again)}</Link>}
    </SignedOutPage>
  );
}
