import { useQuery } from '@tanstack/react-query';
import { Card, Skeleton, Statistic } from 'antd';
import { Link } from 'react-router';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { useMe } from '../../app/session';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';
import { OwnRestrictions } from '../own/OwnRestrictions';
import { CARDS } from './cards';

type HomeCard = Answer<'/v1/home'>['cards'][number];

const GROUPS: { group: HomeCard['group']; title: Text; empty: Text }[] = [
  {
    group: 'waiting',
    title: { zh: '等我处理', en: 'Waiting for me' },
    empty: { zh: '目前没有等您处理的事项。', en: 'Nothing is waiting for you.' },
  },
  {
    group: 'late',
    title: { zh: '已超时', en: 'Overdue' },
    empty: { zh: '没有超时的事项。', en: 'Nothing is overdue.' },
  },
  {
    group: 'changed',
    title: { zh: '最近 24 小时', en: 'Last 24 hours' },
    empty: { zh: '最近没有变化。', en: 'No recent changes.' },
  },
];

/** For money, instead of a zero without a currency. */
const NONE: Text = { zh: '无', en: 'None' };

/** Home page: what is waiting for the user, overdue or changed; each figure links to its list. */
export default function HomePage() {
  const t = useT();
  const me = useMe();
  const home = useQuery({
    queryKey: ['home'],
    queryFn: () => data(api.GET('/v1/home')),
    refetchInterval: 30_000,
  });
  if (home.error && !home.data)
    return <FullPageProblem error={home.error} retry={() => void home.refetch()} />;
  const cards = home.data?.cards;
  return (
    <Page title={t({ zh: `您好，${me.user.name}`, en: `Hello, ${me.user.name}` })}>
      {me.user.distributorId && <OwnRestrictions id={me.user.distributorId} />}
      {cards ? (
        GROUPS.map(({ group, title, empty }) => {
          const shown = cards.filter(
            (card) => card.group === group && (card.count > 0 || group === 'waiting'),
          );
          if (group === 'late' && !cards.some((card) => card.group === 'late')) return null;
          return (
            <section key={group} aria-label={t(title)}>
              <h2>{t(title)}</h2>
              {shown.length === 0 && <p className="muted">{t(empty)}</p>}
              <div className="cards">
                {shown.map((card) => (
                  <HomeCardView key={card.key} card={card} />
                ))}
              </div>
            </section>
          );
        })
      ) : (
        <Skeleton active />
      )}
    </Page>
  );
}

function HomeCardView({ card }: { card: HomeCard }) {
  const t = useT();
  const { number, monies, fromNow } = useFormats();
  const { title, counted, isBalance } = CARDS[card.key] ?? {};
  const count = `${number(card.count)}${card.capped ? '+' : ''}`;
  const hasMoney = card.sums.length > 0;
  const isNone = card.count === 0 && (counted !== undefined || isBalance);
  return (
    <Link to={card.href}>
      <Card size="small" hoverable>
        <Statistic
          title={title ? t(title) : card.key}
          value={hasMoney ? monies(card.sums) : isNone ? t(NONE) : count}
          styles={card.group === 'late' && card.count > 0 ? { content: { color: '#c02626' } } : undefined}
        />
        <div className="muted">
          {hasMoney && counted && <div>{t(counted(count))}</div>}
          {card.oldestAt &&
            t({ zh: `最早：${fromNow(card.oldestAt)}`, en: `Oldest: ${fromNow(card.oldestAt)}` })}
        </div>
      </Card>
    </Link>
  );
}
