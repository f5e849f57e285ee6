import { App, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import { type ProblemCode, ProblemError } from '../../api/problem';
import { useMe } from '../../app/session';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { ProblemAlert } from './ProblemAlert';

const TEXTS = {
  title: { zh: '修改密码', en: 'Change password' },
  current: { zh: '当前密码', en: 'Current password' },
  next: { zh: '新密码（至少 12 个字符）', en: 'New password (min 12 characters)' },
  repeat: { zh: '再次输入新密码', en: 'Repeat new password' },
  different: { zh: '两次输入不一致', en: 'The passwords do not match' },
  short: { zh: '至少 12 个字符', en: 'Min 12 characters' },
  required: { zh: '请填写此项', en: 'Required' },
  done: {
    zh: '密码已修改，其他设备上的登录已结束。',
    en: 'Password changed. Other devices are signed out.',
  },
} satisfies Record<string, Text>;

/** Texts of refusals. */
const REFUSALS: Partial<Record<ProblemCode, Text>> = {
  sign_in_refused: { zh: '当前密码不正确', en: 'The current password is incorrect' },
  password_not_set: {
    zh: '您的账户没有密码（使用单点登录）',
    en: 'Your account has no password because you use single sign-on',
  },
  password_too_short: { zh: '新密码太短', en: 'The new password is too short' },
  password_contains_address: { zh: '新密码不能包含邮箱', en: 'The new password contains your email address' },
  password_too_common: {
    zh: '新密码太常见，容易被猜到',
    en: 'The new password is too common and easy to guess',
  },
  too_many_attempts: { zh: '尝试次数过多，请稍后再试', en: 'Too many attempts; try again later' },
};

interface Passwords {
  current: string;
  next: string;
}

/** Changes the user's own password. */
export function PasswordPanel() {
  const t = useT();
  const me = useMe();
  const { message } = App.useApp();
  const [form] = Form.useForm<Passwords>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const change = async ({ current, next }: Passwords) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.POST('/v1/me/password', { body: { current, new: next } });
      form.resetFields();
      void message.success(t(TEXTS.done));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const refusal = problem instanceof ProblemError ? REFUSALS[problem.code] : undefined;

  return (
    <Panel title={TEXTS.title}>
      <ProblemAlert problem={problem} title={refusal && t(refusal)} />
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void change(values)}>
        {/* Tells password managers whose password this is. */}
        <input type="text" hidden readOnly autoComplete="username" value={me.user.email} />
        <Form.Item
          name="current"
          label={t(TEXTS.current)}
          rules={[{ required: true, message: t(TEXTS.required) }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="next"
          label={t(TEXTS.next)}
          rules={[{ required: true, min: 12, message: t(TEXTS.short) }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="repeat"
          label={t(TEXTS.repeat)}
          dependencies={['next']}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                value === getFieldValue('next')
                  ? Promise.resolve()
                  : Promise.reject(new Error(t(TEXTS.different))),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button htmlType="submit" loading={busy}>
          {t(TEXTS.title)}
        </Button>
      </Form>
    </Panel>
  );
}
