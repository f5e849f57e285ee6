import { Tag } from 'antd';
import { WORDS } from '../../../../domain/words/glossary';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { useT } from '../../locale/locale';
import { TimeText, useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

const imports = defineList({
  key: 'imports',
  path: '/v1/imports',
  title: { zh: '导入', en: 'Imports' },
  defaultSort: '-begunAt',
  idOf: ({ id }) => id,
  href: ({ id }) => `/imports/${id}`,
  isChanging: ({ state }) => state === 'running',
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: [
        { value: 'running', label: { zh: '执行中', en: 'Running' } },
        { value: 'stopped', label: { zh: '已停止', en: 'Stopped' } },
        { value: 'finished', label: { zh: '已完成', en: 'Finished' } },
      ],
    },
  ],
  columns: [
    { key: 'file', title: { zh: '文件', en: 'File' }, render: ({ fileName }) => fileName },
    {
      key: 'state',
      title: WORDS.state,
      render: ({ state, reportedAt }) => <ImportState state={state} reportedAt={reportedAt} />,
    },
    {
      key: 'orders',
      title: { zh: '订单', en: 'Orders' },
      align: 'right',
      render: ({ orders, ordersTotal }) => <Count value={orders} of={ordersTotal} />,
    },
    {
      key: 'returns',
      title: { zh: '退货', en: 'Returns' },
      align: 'right',
      render: ({ returns }) => <Count value={returns} />,
    },
    {
      key: 'rejected',
      title: { zh: '未导入的行', en: 'Rows not imported' },
      align: 'right',
      render: ({ rejected }) => <Count value={rejected} />,
    },
    { key: 'begunBy', title: { zh: '发起人', en: 'Started by' }, render: ({ begunBy }) => begunBy },
    {
      key: 'begunAt',
      title: { zh: '开始时间', en: 'Started' },
      sort: 'begunAt',
      render: ({ begunAt }) => <TimeText at={begunAt} />,
    },
    {
      key: 'finishedAt',
      title: { zh: '完成时间', en: 'Finished' },
      render: ({ finishedAt }) => <TimeText at={finishedAt} />,
    },
  ],
  empty: {
    title: { zh: '还没有导入', en: 'No imports yet' },
    hint: {
      zh: '在运行系统的机器上执行 npm run import -- 文件.csv，进度会显示在这里；中断后再次执行同一命令会继续。',
      en: 'On the machine that runs the system, run npm run import -- FILE.csv. Progress appears here. If it stops, run the same command again to continue.',
    },
  },
});

/** Import programs report every few seconds; without a report for this long, one has stopped. */
const SILENT_MS = 120_000;

/** State of an import, and whether it still reports. */
export function ImportState({ state, reportedAt }: { state: string; reportedAt: string }) {
  const t = useT();
  const silent = state === 'running' && Date.now() - Date.parse(reportedAt) > SILENT_MS;
  return (
    <>
      <StateTag state={state} />
      {silent && <Tag color="warning">{t({ zh: '没有消息', en: 'No messages' })}</Tag>}
    </>
  );
}

function Count({ value, of }: { value: number; of?: number | null }) {
  const { number } = useFormats();
  return (
    <span className="money">
      {number(value)}
      {of !== undefined && of !== null && of !== value && ` / ${number(of)}`}
    </span>
  );
}

/** All imports. */
export default function ImportsPage() {
  return <ListPage list={imports} />;
}
