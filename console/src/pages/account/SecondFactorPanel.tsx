import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Tag } from 'antd';
import { toString as toSvg } from 'qrcode';
import { useState } from 'react';
import { WORDS } from '../../../../domain/words/glossary';
import { api, data } from '../../api/client';
import { type ProblemCode, ProblemError } from '../../api/problem';
import { ME, useMe } from '../../app/session';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { SecretDialog } from '../../ui/SecretDialog';
import { ProblemAlert } from './ProblemAlert';

const TEXTS = {
  title: { zh: '两步验证', en: 'Two-step verification' },
  on: { zh: '已开启', en: 'On' },
  off: { zh: '未开启', en: 'Off' },
  why: {
    zh: '登录时除密码外还需输入手机验证器上的验证码，密码泄露也无法登录。',
    en: 'Signing in then needs your password and a code from an authenticator app, so a leaked password is not enough.',
  },
  begin: { zh: '开启两步验证', en: 'Set up two-step verification' },
  scan: {
    zh: '1. 用验证器应用（如 Microsoft Authenticator、腾讯身份验证器）扫描二维码：',
    en: '1. Scan this QR code with an authenticator app, such as Microsoft or Google Authenticator:',
  },
  qr: { zh: '验证器二维码', en: 'QR code for the authenticator' },
  type: { zh: '无法扫描时手动输入：', en: 'If you cannot scan it, enter this key in the app:' },
  code: { zh: '2. 输入应用上显示的 6 位验证码', en: '2. Enter the 6-digit code from the app' },
  confirm: { zh: '确认开启', en: 'Turn on' },
  disable: { zh: '关闭两步验证', en: 'Turn off two-step verification' },
  password: { zh: '密码', en: 'Password' },
  disableCode: { zh: '验证码或恢复码', en: 'Verification code or recovery code' },
  required: { zh: '请填写此项', en: 'Required' },
  recovery: { zh: '恢复码', en: 'Recovery codes' },
  recoveryHint: {
    zh: '手机丢失时，每个恢复码可代替验证码使用一次。请保存在安全的地方。',
    en: 'If you lose your phone, each recovery code can be used once instead of a verification code. Keep them in a safe place.',
  },
} satisfies Record<string, Text>;

const REFUSALS: Partial<Record<ProblemCode, Text>> = {
  code_not_right: {
    zh: '验证码不正确，请检查手机时间后输入下一个验证码',
    en: 'Incorrect code. Check the clock of your phone and enter the next code',
  },
  sign_in_refused: { zh: '密码或验证码不正确', en: 'Incorrect password or code' },
  too_many_attempts: { zh: '尝试次数过多，请稍后再试', en: 'Too many attempts; try again later' },
};

/** Turns two-step verification on or off. */
export function SecondFactorPanel() {
  const t = useT();
  const { user } = useMe();
  return (
    <Panel
      title={TEXTS.title}
      extra={
        <Tag color={user.hasSecondFactor ? 'success' : 'default'}>
          {t(user.hasSecondFactor ? TEXTS.on : TEXTS.off)}
        </Tag>
      }
    >
      <p className="muted">{t(TEXTS.why)}</p>
      <SetUp />
      {user.hasSecondFactor && <TurnOff />}
    </Panel>
  );
}

/** Runs a call of a form, with busy state and problem. */
function useCall() {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const refusal = problem instanceof ProblemError ? REFUSALS[problem.code] : undefined;
  const call = async (run: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await run();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, call, alert: <ProblemAlert problem={problem} title={refusal && t(refusal)} /> };
}

function SetUp() {
  const t = useT();
  const { user } = useMe();
  const queries = useQueryClient();
  const { busy, call, alert } = useCall();
  const [secret, setSecret] = useState<{ otpauthUri: string; secret: string }>();
  const [codes, setCodes] = useState<string[]>();

  const begin = () => call(async () => setSecret(await data(api.POST('/v1/me/second-factor'))));
  const confirm = ({ code }: { code: string }) =>
    call(async () => {
      const { recoveryCodes } = await data(
        api.POST('/v1/me/second-factor/confirm', { body: { code: code.trim() } }),
      );
      setCodes(recoveryCodes);
      setSecret(undefined);
    });

  return (
    <>
      {alert}
      {!user.hasSecondFactor && !secret && (
        <Button onClick={() => void begin()} loading={busy}>
          {t(TEXTS.begin)}
        </Button>
      )}
      {secret && (
        <>
          <p>{t(TEXTS.scan)}</p>
          <QrCode text={secret.otpauthUri} />
          <p>
            {t(TEXTS.type)} <code style={{ overflowWrap: 'anywhere' }}>{secret.secret}</code>
          </p>
          <Form layout="vertical" requiredMark={false} onFinish={(values) => void confirm(values)}>
            <Form.Item
              name="code"
              label={t(TEXTS.code)}
              rules={[{ required: true, message: t(TEXTS.required) }]}
            >
              <Input
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={10}
                style={{ maxWidth: 160 }}
              />
            </Form.Item>
            <Button type="primary" htmlType="submit" loading={busy}>
              {t(TEXTS.confirm)}
            </Button>{' '}
            <Button onClick={() => setSecret(undefined)}>{t(WORDS.cancel)}</Button>
          </Form>
        </>
      )}
      {codes && (
        <SecretDialog
          title={TEXTS.recovery}
          hint={t(TEXTS.recoveryHint)}
          secret={codes.join('\n')}
          fileName="recovery-codes.txt"
          onClose={() => {
            setCodes(undefined);
            void queries.invalidateQueries({ queryKey: ME });
          }}
        />
      )}
    </>
  );
}

function QrCode({ text }: { text: string }) {
  const t = useT();
  const picture = useQuery({
    queryKey: ['qr', text],
    queryFn: () => toSvg(text, { type: 'svg', margin: 1 }),
    gcTime: 0,
  });
  if (!picture.data) return null;
  return (
    <img
      alt={t(TEXTS.qr)}
      width={180}
      height={180}
      src={`data:image/svg+xml;utf8,${encodeURIComponent(picture.data)}`}
    />
  );
}

function TurnOff() {
  const t = useT();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const { busy, call, alert } = useCall();
  const [open, setOpen] = useState(false);
  const disable = (body: { password: string; code: string }) =>
    call(async () => {
      await api.POST('/v1/me/second-factor/disable', { body });
      void message.success(t(TEXTS.off));
      await queries.invalidateQueries({ queryKey: ME });
    });
  if (!open) return <Button onClick={() => setOpen(true)}>{t(TEXTS.disable)}</Button>;
  const rules = [{ required: true, message: t(TEXTS.required) }];
  return (
    <Form layout="vertical" requiredMark={false} onFinish={(values) => void disable(values)}>
      {alert}
      <Form.Item name="password" label={t(TEXTS.password)} rules={rules}>
        <Input.Password autoComplete="current-password" autoFocus />
      </Form.Item>
      <Form.Item name="code" label={t(TEXTS.disableCode)} rules={rules}>
        <Input autoComplete="one-time-code" />
      </Form.Item>
      <Button danger htmlType="submit" loading={busy}>
        {t(TEXTS.disable)}
      </Button>{' '}
      <Button onClick={() => setOpen(false)}>{t(WORDS.cancel)}</Button>
    </Form>
  );
}
