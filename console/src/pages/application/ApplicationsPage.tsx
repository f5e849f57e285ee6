import { Space } from 'antd';
import { Link, useSearchParams } from 'react-router';
import { ActionBar } from '../../actions/ActionBar';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { applicationList } from './list';
import { useNext } from './useNext';

/** Quick filters of reviewers; the queue starts with the longest waiting. */
const VIEWS: readonly { query: string; label: Text }[] = [
  { query: 'state=in_review&claimedBy=none&sort=submittedAt', label: { zh: '待领取', en: 'To claim' } },
  { query: 'claimedBy=me&sort=submittedAt', label: { zh: '我领取的', en: 'Mine' } },
  {
    query: 'state=changes_requested&sort=submittedAt',
    label: { zh: '等申请人补充', en: 'Waiting for the applicant' },
  },
  { query: '', label: { zh: '全部', en: 'All' } },
];

/** The review queue. */
export default function ApplicationsPage() {
  const t = useT();
  const next = useNext(true);
  const [params] = useSearchParams();
  return (
    <ListPage list={applicationList} actions={<ActionBar actions={[next]} />}>
      <nav aria-label={t({ zh: '常用筛选', en: 'Quick filters' })} style={{ marginBottom: 10 }}>
        <Space wrap size="large">
          {VIEWS.map(({ query, label }) => {
            const isShown = params.toString() === query;
            return (
              <Link
                key={query}
                to={`/applications${query && `?${query}`}`}
                aria-current={isShown ? 'page' : undefined}
                className={isShown ? 'strong' : undefined}
              >
                {t(label)}
              </Link>
            );
          })}
        </Space>
      </nav>
    </ListPage>
  );
}
