import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Divider } from 'antd';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { api, data } from '../api/client';
import { ME } from '../app/session';
import { type Text, useT } from '../locale/locale';
import { Entrance } from './Entrance';
import { SignInForm } from './SignInForm';

const TEXTS = {
  title: { zh: '登录', en: 'Sign in' },
  single: { zh: '使用单点登录', en: 'Use single sign-on' },
  failed: { zh: '单点登录未成功', en: 'Single sign-on did not succeed' },
  forgot: { zh: '忘记密码？', en: 'Forgot your password?' },
  apply: { zh: '申请成为分销商', en: 'Apply to become a distributor' },
} satisfies Record<string, Text>;

/** Why single sign-on did not work, by the code that the API sends the browser here with, and what to do about it. */
const PROBLEMS: Record<string, Text> = {
  oidc_unavailable: {
    zh: '现在无法连接公司的登录服务。请稍后再试，或用密码登录；若持续出现，请联系管理员。',
    en: 'The sign-in service of your company can not be reached now. Try again later, or use your password; if it goes on, tell your administrator.',
  },
  oidc_denied: {
    zh: '公司的登录服务没有同意这次登录。请重试并在其页面上点击同意；若被拒绝，请联系管理员。',
    en: 'The sign-in service of your company did not agree. Try again and confirm on its page; if it refuses you, ask your administrator.',
  },
  oidc_failed: {
    zh: '登录没有完成：可能超过了 10 分钟，或在另一个窗口中打开。请在本页重新点击“使用单点登录”。',
    en: 'It was not finished: it took more than ten minutes, or went on in another browser. Begin again here with “Use single sign-on”.',
  },
  oidc_email_not_verified: {
    zh: '公司的登录服务尚未验证您的邮箱地址。请先在那里完成验证，再重试。',
    en: 'The sign-in service of your company has not verified your mail address. Have it verified there, then try again.',
  },
  oidc_user_unknown: {
    zh: '这里没有使用该邮箱的可用账号。请管理员以此邮箱新增用户，或启用您的账号。',
    en: 'Nobody here who may sign in has this mail address. Ask an administrator to add you with it, or to enable you again.',
  },
};

const OTHER_PROBLEM: Text = {
  zh: '请重试；若仍然失败，请联系管理员。',
  en: 'Try again; if it fails again, tell your administrator.',
};

/** Where people sign in; brings them back to where they wanted to go. */
export function SignInPage() {
  const t = useT();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [params] = useSearchParams();
  const options = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: () => data(api.GET('/v1/sign-in/options')),
  });
  const to = params.get('to') ?? '/';
  const problem = params.get('problem');

  return (
    <Entrance title={t(TEXTS.title)} brand={options.data?.brand.name}>
      {problem && (
        <Alert
          type="error"
          showIcon
          title={t(TEXTS.failed)}
          description={t(PROBLEMS[problem] ?? OTHER_PROBLEM)}
          style={{ marginBottom: 16 }}
        />
      )}
      <SignInForm
        onSignedIn={() => {
          queries.removeQueries({ queryKey: ME });
          // Only ever to a page of this console.
          void navigate(to.startsWith('/') && !to.startsWith('//') ? to : '/', { replace: true });
        }}
      />
      {options.data?.oidc && (
        <Button block href="/v1/auth/oidc" style={{ marginTop: 12 }}>
          {t(TEXTS.single)}
        </Button>
      )}
      <Divider />
      <p>
        <Link to="/forgot-password">{t(TEXTS.forgot)}</Link>
      </p>
      <Link to="/apply">{t(TEXTS.apply)}</Link>
    </Entrance>
  );
}
