import { kinds } from '../../../../domain/kinds';
import { WORDS } from '../../../../domain/words/glossary';
import { BULK } from '../../../../domain/words/names';
import { BULK_WORDS } from '../../../../domain/words/titles';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { stateOptions } from '../shared/options';

const list = defineList({
  key: 'bulk-actions',
  path: '/v1/bulk-actions',
  title: BULK_WORDS.list,
  defaultSort: '-askedAt',
  idOf: ({ id }) => id,
  href: ({ id }) => `/bulk-actions/${id}`,
  columns: [
    { key: 'action', title: BULK_WORDS.what, render: ({ action }) => <Shown text={BULK[action]} /> },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    { key: 'items', title: BULK_WORDS.items, align: 'right', render: ({ items }) => items },
    { key: 'done', title: BULK_WORDS.done, align: 'right', render: ({ progress }) => progress.done },
    {
      key: 'refused',
      title: BULK_WORDS.refused,
      align: 'right',
      render: ({ progress }) => (
        <span className={progress.refused ? 'strong' : undefined}>{progress.refused}</span>
      ),
    },
    { key: 'pending', title: BULK_WORDS.pending, align: 'right', render: ({ progress }) => progress.pending },
    {
      key: 'askedAt',
      title: BULK_WORDS.askedAt,
      sort: 'askedAt',
      render: ({ askedAt }) => <TimeText at={askedAt} />,
    },
    {
      key: 'finishedAt',
      title: BULK_WORDS.finishedAt,
      render: ({ finishedAt }) => <TimeText at={finishedAt} />,
    },
  ],
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: stateOptions(kinds.bulk.states),
    },
  ],
  empty: {
    title: { zh: '您还没有批量操作', en: 'No bulk actions yet' },
    hint: {
      zh: '在列表中勾选多条记录，选择要执行的操作；它在后台执行，每条都有结果。',
      en: 'Select entries in a list and choose an action. It runs in the background and shows a result for each entry.',
    },
  },
});

/** The user's bulk actions, newest first. */
export default function BulkActionsPage() {
  return <ListPage list={list} />;
}

function Shown({ text }: { text: Text }) {
  return <>{useT()(text)}</>;
}
