import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { Link } from 'react-router';
import { OPERATORS, STAFF } from '../../../domain/roles';
import { api, data } from '../api/client';
import { type Text, useT } from '../locale/locale';
import { useIsRole } from './session';

const TEXTS = {
  no_worker: {
    zh: '后台处理程序未运行：订单、审核、结算和提现暂时不会继续处理。请联系工程师启动 worker。',
    en: 'No worker is running: orders, reviews, releases and withdrawals are not processed. Ask an engineer to start a worker.',
  },
  temporal_away: {
    zh: '流程引擎（Temporal）没有应答：订单、审核、结算和提现暂时不会继续处理。请联系工程师检查。',
    en: 'Temporal is unavailable: orders, reviews, releases and withdrawals are not processed. Ask an engineer to check it.',
  },
  health: { zh: '查看系统状态', en: 'Open System health' },
} satisfies Record<string, Text>;

/** Tells staff on every page that nothing is processed, which the pages cannot show: they read stored rows. */
export function WorkerBanner() {
  const t = useT();
  const isStaff = useIsRole(...STAFF);
  const seesHealth = useIsRole(...OPERATORS);
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
