import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { Link } from 'react-router';
import { api, data } from '../api/client';
import { type Text, useT } from '../locale/locale';
import { useIsRole } from './session';

const TEXTS = {
  no_worker: {
    zh: '后台处理程序未运行：订单、审核、结算和提现暂时不会继续处理。请联系工程师启动 worker。',
    en: 'No worker is running: orders, reviews, releases and withdrawals do not move on. Ask an engineer to start a worker.',
  },
  temporal_away: {
    zh: '流程引擎（Temporal）没有应答：订单、审核、结算和提现暂时不会继续处理。请联系工程师检查。',
    en: 'Temporal does not answer: orders, reviews, releases and withdrawals do not move on. Ask an engineer to check it.',
  },
  health: { zh: '查看系统状态', en: 'See the system health' },
} satisfies Record<string, Text>;

/** Tells staff on every page that nothing moves on, which the pages themselves can not show: they read what is kept. */
export function WorkerBanner() {
  const t = useT();
  const isStaff = useIsRole('admin', 'compliance', 'finance', 'operator');
  const seesHealth = useIsRole('admin', 'operator');
  const { data: answer } = useQuery({
    queryKey: ['processing'],
    queryFn: () => data(api.GET('/v1/system/processing')),
    enabled: isStaff,
    refetchInterval: 15_000,
  });
  if (!answer || answer.state === 'working') return null;
  return (
    <Alert
      banner
      type="error"
      title={t(TEXTS[answer.state])}
      action={seesHealth && <Link to="/health">{t(TEXTS.health)}</Link>}
    />
  );
}
