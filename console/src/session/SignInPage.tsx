import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Divider } from 'antd';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { api, data } from '../api/client';
import { ME } from '../app/session';
import { type Text, useT } from '../locale/locale';
import { SignedOutPage } from './SignedOutPage';
import { SignInForm } from './SignInForm';

const TEXTS = {
  title: { zh: '登录', en: 'Sign in' },
  single: { zh: '使用单点登录', en: 'Use single sign-on' },
  failed: { zh: '单点登录未成功', en: 'Single sign-on failed' },
  forgot: { zh: '忘记密码？', en: 'Forgot your password?' },
  apply: { zh: '申请成为分销商', en: 'Apply to become a distributor' },
} satisfies Record<string, Text>;

/** Reasons why single sign-on failed, by the code in the address, and what to do. */
const PROBLEMS: Record<string, Text> = {
  oidc_unavailable: {
    zh: '现在无法连接公司的登录服务。请稍后再试，或用密码登录；若持续出现，请联系管理员。',
    en: "Your company's sign-in service cannot be reached. Try again later or use your password. If the problem continues, contact an administrator.",
  },
  oidc_denied: {
    zh: '公司的登录服务没有同意这次登录。请重试并在其页面上点击同意；若被拒绝，请联系管理员。',
    en: "Your company's sign-in service denied the sign-in. Try again and confirm on its page. If it is denied again, contact an administrator.",
  },
  oidc_failed: {
    zh: '登录没有完成：可能超过了 10 分钟，或在另一个窗口中打开。请在本页重新点击“使用单点登录”。',
    en: 'The sign-in did not finish: it took more than ten minutes or was opened in another window. Click “Use single sign-on” here to start again.',
  },
  oidc_email_not_verified: {
    zh: '公司的登录服务尚未验证您的邮箱地址。请先在那里完成验证，再重试。',
    en: "Your company's sign-in service has not verified your email address. Verify it there, then try again.",
  },
  oidc_user_unknown: {
    zh: '这里没有使用该邮箱的可用账号。请管理员以此邮箱新增用户，或启用您的账号。',
    en: 'No active account uses this email address. Ask an administrator to add a user with it, or to enable your account.',
  },
};

const OTHER_PROBLEM: Text = {
  zh: '请重试；若仍然失败，请联系管理员。',
  en: 'Try again. If it fails again, contact an administrator.',
};

/** Sign-in page; returns to the requested page afterwards. */
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
    <SignedOutPage title={t(TEXTS.title)} brand={options.data?.brand.name}>
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
          // Only to pages of this console.
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
    </SignedOutPage>
  );
}
