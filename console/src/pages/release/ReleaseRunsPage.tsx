import { kinds } from '../../../../domain/kinds';
import { FINANCE } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { selectionText } from '../../../../domain/words/selection';
import { RELEASE } from '../../../../domain/words/titles';
import { shortId } from '../../detail/Links';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { TimeText, useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { YES_NO } from '../shared/financeWords';
import { stateOptions } from '../shared/options';
import { isInProgress } from './release';

const list = defineList({
  key: 'commission-releases',
  path: '/v1/commission-releases',
  title: { zh: '结算批次', en: 'Release runs' },
  defaultSort: '-proposedAt',
  idOf: ({ id }) => id,
  href: ({ id }) => `/commission-releases/${id}`,
  isChanging: ({ state }) => isInProgress(state),
  columns: [
    { key: 'id', title: WORDS.id, render: ({ id }) => shortId(id) },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    { key: 'items', title: RELEASE.items, align: 'right', render: ({ items }) => <Count value={items} /> },
    {
      key: 'totals',
      title: RELEASE.proposedTotal,
      align: 'right',
      render: ({ totals }) => <Sums value={totals} />,
    },
    {
      key: 'selection',
      title: RELEASE.selection,
      render: ({ selection }) => <Selection value={selection} />,
    },
    {
      key: 'approvalsNeeded',
      title: RELEASE.approvals,
      render: ({ approvalsNeeded }) => <Shown text={approvalsNeeded > 1 ? RELEASE.two : RELEASE.one} />,
    },
    { key: 'proposedBy', title: RELEASE.proposedBy, render: ({ proposedBy }) => proposedBy },
    {
      key: 'proposedAt',
      title: RELEASE.proposedAt,
      sort: 'proposedAt',
      render: ({ proposedAt }) => <TimeText at={proposedAt} />,
    },
    {
      key: 'finishedAt',
      title: RELEASE.finishedAt,
      render: ({ finishedAt }) => <TimeText at={finishedAt} />,
    },
    { key: 'reason', title: WORDS.reason, hidden: true, render: ({ reason }) => reason ?? '–' },
  ],
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: stateOptions(kinds.release.states),
    },
    { param: 'awaitingMe', label: { zh: '等我审批', en: 'Waiting for me' }, kind: 'select', options: YES_NO },
  ],
  empty: {
    title: { zh: '还没有结算批次', en: 'No release runs yet' },
    hint: {
      zh: '在佣金列表中筛选“待结算”，勾选或整体发起结算。',
      en: 'Filter commissions by “Due”, then release the selected ones or all matching.',
    },
    action: {
      label: { zh: '查看待结算佣金', en: 'View due commissions' },
      href: '/commissions?state=due',
      roles: FINANCE,
    },
  },
});

/** Release runs, newest first. */
export default function ReleaseRunsPage() {
  return <ListPage list={list} />;
}

function Count({ value }: { value: number }) {
  return <>{useFormats().number(value)}</>;
}

function Sums({ value }: { value: readonly { amount: number; currency: string }[] }) {
  return <span className="money strong">{useFormats().monies(value)}</span>;
}

function Selection({ value }: { value: Record<string, unknown> }) {
  const t = useT();
  return <>{t(selectionText(value, useFormats().time))}</>;
}

function Shown({ text }: { text: Text }) {
  return <>{useT()(text)}</>;
}
