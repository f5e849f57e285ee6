import { Button } from 'antd';
import { Link } from 'react-router';
import { api, data } from '../../api/client';
import type { Item } from '../../api/types';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { Page } from '../../ui/Page';
import { StateTag } from '../../ui/StateTag';
import { OwnList } from './OwnList';
import { useOwnId } from './useOwnId';

type Distributor = Item<'/v1/distributors/{id}/downline'>;

const TEXTS = {
  title: { zh: '我的下级', en: 'My downline' },
  none: {
    zh: '还没有人通过您的推荐码加入。',
    en: 'Nobody has joined with your referral code yet.',
  },
  invite: { zh: '邀请加入', en: 'Invite people' },
} satisfies Record<string, Text>;

/** The direct downline of a distributor. */
export default function DownlinePage() {
  const t = useT();
  const id = useOwnId();
  return (
    <Page
      title={t(TEXTS.title)}
      actions={
        <Link to="/referral">
          <Button>{t(TEXTS.invite)}</Button>
        </Link>
      }
    >
      <div className="narrow">
        <OwnList<Distributor>
          queryKey={['own-downline', id]}
          load={(cursor) =>
            data(
              api.GET('/v1/distributors/{id}/downline', {
                params: {
                  path: { id },
                  query: { sort: '-createdAt', limit: 50, ...(cursor && { cursor }) },
                },
              }),
            )
          }
          idOf={(one) => one.id}
          render={(one) => <Member distributor={one} />}
          empty={TEXTS.none}
        />
      </div>
    </Page>
  );
}

function Member({
  distributor: { name, state, tier, directDownline, createdAt },
}: {
  distributor: Distributor;
}) {
  const t = useT();
  return (
    <>
      <div className="own-head">
        <span className="strong">{name}</span>
        <StateTag state={state} />
      </div>
      <div className="muted">
        {t({ zh: `等级 ${tier}`, en: `Tier ${tier}` })}
        {directDownline > 0 &&
          t({ zh: ` · 带来 ${directDownline} 人`, en: ` · ${directDownline} direct downline` })}
        {t({ zh: ' · 加入于 ', en: ' · joined ' })}
        <TimeText at={createdAt} dateOnly />
      </div>
    </>
  );
}
