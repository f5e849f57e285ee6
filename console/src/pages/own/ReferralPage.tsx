import { CopyOutlined, DownloadOutlined, ShareAltOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, App, Button, Skeleton, Space, Typography } from 'antd';
import { toDataURL } from 'qrcode';
import { useEffect, useState } from 'react';
import { api, data, saveFile } from '../../api/client';
import { useMe } from '../../app/session';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { Page } from '../../ui/Page';
import { useOwnId } from './useOwnId';

const TEXTS = {
  title: { zh: '推广链接', en: 'Referral link' },
  code: { zh: '我的推荐码', en: 'My referral code' },
  codeHint: {
    zh: '客户下单时带上这个码，订单就归属于您。',
    en: 'Orders placed with this code are attributed to you.',
  },
  shop: { zh: '推广商品', en: 'Promote products' },
  shopHint: {
    zh: '客户通过这个链接购物，订单归属于您。',
    en: 'Orders from customers who use this link are attributed to you.',
  },
  join: { zh: '邀请加入', en: 'Invite to join' },
  joinHint: {
    zh: '通过这个链接申请并通过审核的人会成为您的下级。佣金只来自真实销售，邀请人数本身没有奖励。',
    en: 'People who apply through this link and are approved join your downline. Commission comes from real sales only, never from the number of people you invite.',
  },
  copy: { zh: '复制链接', en: 'Copy link' },
  copied: { zh: '已复制', en: 'Copied' },
  notCopied: { zh: '未能复制，请长按链接手动复制', en: 'Copying failed; select and copy the link yourself' },
  share: { zh: '分享', en: 'Share' },
  download: { zh: '保存二维码', en: 'Save QR code' },
  inactive: {
    zh: '您的账户已被暂停，新订单暂时不会归属于您。',
    en: 'Your account is suspended; new orders are not attributed to you.',
  },
} satisfies Record<string, Text>;

/** Referral code, links and QR codes to share. */
export default function ReferralPage() {
  const t = useT();
  const { brand } = useMe();
  const id = useOwnId();
  const own = useQuery({
    queryKey: ['thing', 'distributor', id],
    queryFn: () => data(api.GET('/v1/distributors/{id}', { params: { path: { id } } })),
  });
  if (own.error && !own.data) return <FullPageProblem error={own.error} retry={() => void own.refetch()} />;
  if (!own.data) {
    return (
      <Page title={t(TEXTS.title)}>
        <Skeleton active />
      </Page>
    );
  }
  const { referralCode, state } = own.data;
  const code = encodeURIComponent(referralCode);
  return (
    <Page title={t(TEXTS.title)}>
      <div className="narrow">
        {state !== 'active' && (
          <Alert type="warning" showIcon title={t(TEXTS.inactive)} style={{ marginBottom: 16 }} />
        )}
        <section className="panel" aria-label={t(TEXTS.code)}>
          <h2>{t(TEXTS.code)}</h2>
          <Typography.Text copyable style={{ fontSize: 26, letterSpacing: 2 }}>
            {referralCode}
          </Typography.Text>
          <div className="muted">{t(TEXTS.codeHint)}</div>
        </section>
        {brand.shopReferralUrl && (
          <LinkPanel
            title={TEXTS.shop}
            hint={TEXTS.shopHint}
            link={brand.shopReferralUrl.replaceAll('{code}', code)}
            fileName={`shop-${referralCode}.png`}
          />
        )}
        <LinkPanel
          title={TEXTS.join}
          hint={TEXTS.joinHint}
          link={`${window.location.origin}/apply?code=${code}`}
          fileName={`join-${referralCode}.png`}
        />
      </div>
    </Page>
  );
}

interface LinkPanelProps {
  title: Text;
  hint: Text;
  link: string;
  fileName: string;
}

function LinkPanel({ title, hint, link, fileName }: LinkPanelProps) {
  const t = useT();
  const { message } = App.useApp();
  const { brand } = useMe();
  const [picture, setPicture] = useState<string>();

  useEffect(() => {
    let isStale = false;
    // Large enough for print.
    toDataURL(link, { width: 640, margin: 2, errorCorrectionLevel: 'M' })
      .then((made) => !isStale && setPicture(made))
      .catch(() => !isStale && setPicture(undefined));
    return () => {
      isStale = true;
    };
  }, [link]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      void message.success(t(TEXTS.copied));
    } catch {
      void message.warning(t(TEXTS.notCopied));
    }
  };
  const share = async () => {
    // Closing the share dialog is not an error.
    await navigator.share({ title: brand.name, url: link }).catch(() => undefined);
  };
  const download = async () => {
    if (picture) saveFile(await (await fetch(picture)).blob(), fileName);
  };

  return (
    <section className="panel" aria-label={t(title)}>
      <h2>{t(title)}</h2>
      <p className="muted">{t(hint)}</p>
      <div style={{ textAlign: 'center' }}>
        {picture ? (
          <img
            src={picture}
            width={220}
            height={220}
            alt={t({ zh: `二维码：${link}`, en: `QR code of ${link}` })}
          />
        ) : (
          <Skeleton.Image active style={{ width: 220, height: 220 }} />
        )}
      </div>
      <p style={{ overflowWrap: 'anywhere', textAlign: 'center' }}>{link}</p>
      <Space wrap style={{ justifyContent: 'center', width: '100%' }}>
        <Button type="primary" size="large" icon={<CopyOutlined />} onClick={() => void copy()}>
          {t(TEXTS.copy)}
        </Button>
        {'share' in navigator && (
          <Button size="large" icon={<ShareAltOutlined />} onClick={() => void share()}>
            {t(TEXTS.share)}
          </Button>
        )}
        <Button size="large" icon={<DownloadOutlined />} disabled={!picture} onClick={() => void download()}>
          {t(TEXTS.download)}
        </Button>
      </Space>
    </section>
  );
}
