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
  forgot: {
    zh: '忘记密码？请管理员为您发送一次性链接。',
    en: 'Forgot your password? Ask an administrator for a one-time link.',
  },
  apply: { zh: '申请成为分销商', en: 'Apply to become a distributor' },
} satisfies Record<string, Text>;

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
          description={problem}
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
      <p className="muted">{t(TEXTS.forgot)}</p>
      <Link to="/apply">{t(TEXTS.apply)}</Link>
    </Entrance>
  );
}
