import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { ROLES, WORDS } from '../../../../domain/words/glossary';
import { api } from '../../api/client';
import { ME, useMe } from '../../app/session';
import { Facts, Panel } from '../../detail/Panel';
import { type Locale, type Text, useLocale } from '../../locale/locale';
import { ProblemAlert } from './ProblemAlert';

const TEXTS = {
  title: { zh: '个人资料', en: 'Profile' },
  name: { zh: '姓名', en: 'Name' },
  language: { zh: '语言', en: 'Language' },
  languageHint: { zh: '也用于系统发给您的邮件。', en: 'Also used for emails the system sends you.' },
  saved: { zh: '已保存', en: 'Saved' },
} satisfies Record<string, Text>;

/** Name and language of the user. */
export function PersonPanel() {
  const { t, setLocale } = useLocale();
  const { user } = useMe();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const save = async (body: { name: string; locale: Locale }) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.PATCH('/v1/me', { body });
      setLocale(body.locale);
      void message.success(t(TEXTS.saved));
      await queries.invalidateQueries({ queryKey: ME });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Panel title={TEXTS.title}>
      <Facts
        facts={[
          [{ zh: '邮箱', en: 'Email address' }, user.email],
          [{ zh: '角色', en: 'Role' }, t(ROLES[user.role]!)],
        ]}
      />
      <ProblemAlert problem={problem} />
      <Form
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: user.name, locale: user.locale }}
        onFinish={(values) => void save(values)}
        style={{ marginTop: 12 }}
      >
        <Form.Item
          name="name"
          label={t(TEXTS.name)}
          rules={[{ required: true, whitespace: true, message: t({ zh: '请填写姓名', en: 'Enter a name' }) }]}
        >
          <Input maxLength={200} autoComplete="name" />
        </Form.Item>
        <Form.Item name="locale" label={t(TEXTS.language)} extra={t(TEXTS.languageHint)}>
          <Select
            options={[
              { value: 'zh-CN', label: '中文' },
              { value: 'en', label: 'English' },
            ]}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t(WORDS.save)}
        </Button>
      </Form>
    </Panel>
  );
}
