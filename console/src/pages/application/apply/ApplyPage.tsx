import { Result, Typography } from 'antd';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, data } from '../../../api/client';
import type { PostBody } from '../../../api/types';
import { type Text, useT } from '../../../locale/locale';
import { SignedOutPage } from '../../../session/SignedOutPage';
import { ApplicationForm } from './ApplicationForm';
import { useBrand } from './useBrand';

const TEXTS = {
  title: { zh: '申请成为分销商', en: 'Apply to become a distributor' },
  intro: {
    zh: '大约需要 5 分钟。请准备好证件和银行卡。申请不收取任何费用。',
    en: 'This takes about 5 minutes. Have your identity document and bank card ready. Applying is free of charge.',
  },
  send: { zh: '提交申请', en: 'Submit application' },
  sent: { zh: '申请已提交', en: 'Application submitted' },
  number: { zh: '申请编号', en: 'Application number' },
  keep: {
    zh: '请保存下面的链接，用它可以查看进度、补充材料或撤回申请。我们也会把它发到您的邮箱。',
    en: 'Save this link. Use it to check progress, submit changes or withdraw your application. We will also email it to you.',
  },
  secret: {
    zh: '链接只属于您，请不要转发给他人。',
    en: 'The link is for you only. Do not share it.',
  },
  see: { zh: '查看我的申请', en: 'View my application' },
  signIn: { zh: '已有账户？登录', en: 'Already have an account? Sign in' },
} satisfies Record<string, Text>;

/** Public application page. */
export default function ApplyPage() {
  const t = useT();
  const brand = useBrand();
  const [params] = useSearchParams();
  const [sent, setSent] = useState<{ id: string; page: string }>();
  const code = params.get('code') ?? undefined;

  if (sent) {
    const { id, page } = sent;
    return (
      <SignedOutPage title={t(TEXTS.sent)} brand={brand} wide>
        <Result
          status="success"
          style={{ padding: '8px 0' }}
          title={t(TEXTS.sent)}
          subTitle={
            <>
              {t(TEXTS.number)}: <Typography.Text copyable>{id}</Typography.Text>
            </>
          }
        />
        <p>{t(TEXTS.keep)}</p>
        <p style={{ overflowWrap: 'anywhere' }}>
          <Typography.Text copyable={{ text: `${window.location.origin}${page}` }} strong>
            {window.location.origin}
            {page}
          </Typography.Text>
        </p>
        <p className="muted">{t(TEXTS.secret)}</p>
        <Link to={page}>{t(TEXTS.see)}</Link>
      </SignedOutPage>
    );
  }
  return (
    <SignedOutPage title={t(TEXTS.title)} brand={brand} wide>
      <p>{t(TEXTS.intro)}</p>
      <p>
        <Link to="/sign-in">{t(TEXTS.signIn)}</Link>
      </p>
      <ApplicationForm
        storeAs="new"
        linked={code ? { sponsorCode: code } : undefined}
        submit={TEXTS.send}
        onSubmit={async (body: PostBody<'/v1/applications'>, header) => {
          const { id, applicantToken } = await data(
            api.POST('/v1/applications', { params: { header }, body }),
          );
          setSent({ id, page: `/application/${id}#${applicantToken}` });
          window.scrollTo(0, 0);
        }}
      />
    </SignedOutPage>
  );
}
