import { hrefOf } from '../../../../domain/kinds';
import { policyNames } from '../../../../domain/policyNames';
import { ACTORS } from '../../../../domain/words/events';
import { STATES, WORDS } from '../../../../domain/words/glossary';
import type { Item } from '../../api/types';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { CodeName } from '../../locale/compliance';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

type Policy = Item<'/v1/policies'>;

const state = (value: Policy['state']) => ({ value, label: STATES[value]! });

const policyList = defineList({
  key: 'policies',
  path: '/v1/policies',
  title: { zh: '业务规则', en: 'Policies' },
  idOf: ({ id }) => String(id),
  href: ({ id }) => hrefOf('policy', String(id)),
  defaultSort: '-createdAt',
  columns: [
    { key: 'kind', title: WORDS.kind, render: ({ kind }) => <CodeName names={policyNames} code={kind} /> },
    {
      key: 'version',
      title: { zh: '版本', en: 'Version' },
      align: 'right',
      render: ({ version }) => version,
    },
    { key: 'state', title: WORDS.state, render: (item) => <StateTag state={item.state} /> },
    {
      key: 'effectiveFrom',
      title: { zh: '生效时间', en: 'In force from' },
      render: ({ effectiveFrom, version }) =>
        // The first version judges what was known before there were rules.
        effectiveFrom && version > 1 ? <TimeText at={effectiveFrom} /> : '–',
    },
    {
      key: 'createdBy',
      title: { zh: '创建人', en: 'Created by' },
      render: ({ createdBy }) => <CodeName names={ACTORS} code={createdBy} />,
    },
    {
      key: 'createdAt',
      title: { zh: '创建时间', en: 'Created' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    { key: 'approvedBy', title: { zh: '批准人', en: 'Approved by' }, render: ({ approvedBy }) => approvedBy },
  ],
  filters: [
    {
      param: 'kind',
      label: WORDS.kind,
      kind: 'select',
      options: (Object.keys(policyNames) as Policy['kind'][]).map((value) => ({
        value,
        label: policyNames[value],
      })),
    },
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: [state('in_force'), state('draft'), state('scheduled'), state('superseded')],
    },
  ],
  empty: {
    title: { zh: '还没有规则', en: 'No policies yet' },
    hint: {
      zh: '系统首次启动时写入每种规则的第一版。',
      en: 'The first version of each policy is written at the first start.',
    },
  },
});

/** Versions of the policies, the latest first. */
export default function PoliciesPage() {
  return <ListPage list={policyList} />;
}
