import { Alert, Result, Typography } from 'antd';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, data } from '../../../api/client';
import type { PostBody } from '../../../api/types';
import { type Text, useT } from '../../../locale/locale';
import { SignedOutPage } from '../../../session/SignedOutPage';
import { ApplicationForm } from './ApplicationForm';
import { addDocuments } from './addDocuments';
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
  notUploaded: {
    zh: '以下文件没有上传成功，申请本身已提交',
    en: 'These files were not uploaded; the application itself is submitted',
  },
  uploadThere: { zh: '在我的申请中重新上传', en: 'Upload them on the page of your application' },
  see: { zh: '查看我的申请', en: 'View my application' },
  signIn: { zh: '已有账户？登录', en: 'Already have an account? Sign in' },
} satisfies Record<string, Text>;

interface Sent {
  id: string;
  page: string;
  /** Names of files that were not uploaded. */
  files: string[];
}

/** Public application page. */
export default function ApplyPage() {
  const t = useT();
  const brand = useBrand();
  const [params] = useSearchParams();
  const [sent, setSent] = useState<Sent>();
  const code = params.get('code') ?? undefined;

  if (sent) {
    const { id, page, files } = sent;
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
        {files.length > 0 && (
          <Alert
            role="alert"
            type="warning"
            showIcon
            style={{ marginBottom: 16 }}
            title={t(TEXTS.notUploaded)}
            description={
              <>
                <ul>
                  {files.map((name) => (
                    <li key={name}>{name}</li>
                  ))}
                </ul>
                <Link to={page}>{t(TEXTS.uploadThere)}</Link>
              </>
            }
          />
        )}
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
        onSubmit={async (body: PostBody<'/v1/applications'>, header, files) => {
          const { id, applicantToken } = await data(
            api.POST('/v1/applications', { params: { header }, body }),
          );
          // Only now the applicant may upload. What fails can be uploaded later, on the page of the application.
          const refused = await addDocuments(files, { applicationId: id, token: applicantToken });
          setSent({
            id,
            page: `/application/${id}#${applicantToken}`,
            files: refused.map(({ name }) => name),
          });
          window.scrollTo(0, 0);
        }}
      />
    </SignedOutPage>
  );
}
