import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { Link } from 'react-router';
import { kinds } from '../../../../domain/kinds';
import { FINANCE } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { api, data } from '../../api/client';
import { useIsRole } from '../../app/session';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { TimeText, useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { EarningText } from '../commission/calculation';
import { stateOptions } from '../shared/options';
import { PLAN, type Terms } from './terms';

const TEXTS = {
  title: { zh: '佣金方案', en: 'Commission plans' },
  make: { zh: '新建版本', en: 'New version' },
  levels: { zh: '各级默认佣金', en: 'Default commission per level' },
  rules: { zh: '规则数', en: 'Rules' },
  none: {
    zh: '目前没有生效的方案，新订单不会产生佣金。',
    en: 'No plan is in force; new orders earn no commission.',
  },
} satisfies Record<string, Text>;

const list = defineList({
  key: 'commission-plans',
  path: '/v1/commission-plans',
  title: TEXTS.title,
  idOf: ({ id }) => String(id),
  href: ({ id }) => `/commission-plans/${id}`,
  columns: [
    { key: 'name', title: PLAN.name, render: ({ id, name }) => `#${id} ${name}` },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'effectiveFrom',
      title: PLAN.effectiveFrom,
      render: ({ effectiveFrom }) => <TimeText at={effectiveFrom} />,
    },
    { key: 'levels', title: TEXTS.levels, render: ({ terms }) => <Defaults terms={terms} /> },
    {
      key: 'rules',
      title: TEXTS.rules,
      align: 'right',
      render: ({ terms }) => terms.levels.reduce((sum, { rules }) => sum + rules.length, 0),
    },
    {
      key: 'window',
      title: PLAN.returnWindow,
      align: 'right',
      render: ({ terms }) => terms.returnWindowDays,
    },
    { key: 'release', title: PLAN.release, render: ({ terms }) => <Release terms={terms} /> },
    {
      key: 'createdAt',
      title: { zh: '创建时间', en: 'Created' },
      hidden: true,
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
  ],
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: stateOptions(kinds.plan.states),
    },
  ],
  empty: {
    title: { zh: '还没有佣金方案', en: 'No commission plans yet' },
    hint: {
      zh: '新建一个版本并启用后，新支付的订单按它计算佣金。',
      en: 'Create and activate a version; it applies to orders paid after that.',
    },
    action: { label: TEXTS.make, href: '/commission-plans/new', roles: FINANCE },
  },
});

/** All versions of the commission plan. */
export default function PlansPage() {
  const t = useT();
  const { time } = useFormats();
  const mayWrite = useIsRole('admin', 'finance');
  const present = useQuery({
    queryKey: ['plan-in-force'],
    queryFn: () =>
      data(api.GET('/v1/commission-plans', { params: { query: { state: 'in_force', limit: 1 } } })),
  });
  const plan = present.data?.items[0];
  return (
    <ListPage
      list={list}
      actions={
        mayWrite && (
          <Link to="/commission-plans/new">
            <Button type="primary">{t(TEXTS.make)}</Button>
          </Link>
        )
      }
    >
      {present.data && (
        <Alert
          type={plan ? 'success' : 'warning'}
          showIcon
          style={{ marginBottom: 16 }}
          title={
            plan ? (
              <>
                {t({ zh: '当前生效：', en: 'In force: ' })}
                <Link to={`/commission-plans/${plan.id}`}>
                  #{plan.id} {plan.name}
                </Link>
                {t({ zh: `，自 ${time(plan.effectiveFrom)} 起`, en: `, since ${time(plan.effectiveFrom)}` })}
              </>
            ) : (
              t(TEXTS.none)
            )
          }
        />
      )}
    </ListPage>
  );
}

function Defaults({ terms }: { terms: Terms }) {
  return (
    <>
      {terms.levels.map((level, index) => (
        <span key={index}>
          {index > 0 && ' / '}
          <EarningText earning={level.default} />
        </span>
      ))}
    </>
  );
}

function Release({ terms }: { terms: Terms }) {
  const t = useT();
  return (
    <>{t(terms.automaticRelease ? { zh: '自动', en: 'Automatic' } : { zh: '财务', en: 'By finance' })}</>
  );
}
