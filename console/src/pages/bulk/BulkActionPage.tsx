import { useQuery } from '@tanstack/react-query';
import { Progress, Segmented, Skeleton } from 'antd';
import { createContext, useContext } from 'react';
import { bulkRights } from '../../../../domain/bulk';
import type { PageKind } from '../../../../domain/kinds';
import { WORDS } from '../../../../domain/words/glossary';
import { BULK } from '../../../../domain/words/names';
import { refusalText } from '../../../../domain/words/refusals';
import { BULK_WORDS } from '../../../../domain/words/titles';
import { api, data } from '../../api/client';
import { ProblemError } from '../../api/problem';
import type { Answer } from '../../api/types';
import { NotFoundPage } from '../../app/ErrorPage';
import { shortId, ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { defineList } from '../../list/definition';
import { ListTable } from '../../list/ListTable';
import { useLocalListState } from '../../list/useListState';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { TimeText, useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';
import { StateTag } from '../../ui/StateTag';
import { HOLD_REASONS } from '../shared/financeWords';
import { stateOptions } from '../shared/options';

type Bulk = Answer<'/v1/bulk-actions/{id}'>;

const TEXTS = {
  results: { zh: '每条的结果', en: 'Results' },
  thing: { zh: '对象', en: 'Item' },
  result: { zh: '结果', en: 'Result' },
  position: { zh: '序号', en: 'No.' },
  leave: {
    zh: '在后台执行，可以离开本页，稍后在“批量操作”中查看。',
    en: 'This runs in the background. You can leave this page and find it later under “Bulk actions”.',
  },
} satisfies Record<string, Text>;

// The list is declared once, but the kind of its entries depends on the action.
const KindContext = createContext<PageKind>('commission');

const list = defineList({
  key: 'bulk-items',
  path: '/v1/bulk-actions/{id}/items',
  title: TEXTS.results,
  idOf: ({ position }) => String(position),
  columns: [
    { key: 'position', title: TEXTS.position, sort: 'position', render: ({ position }) => position },
    { key: 'thing', title: TEXTS.thing, render: ({ id }) => <Target id={id} /> },
    { key: 'state', title: TEXTS.result, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'reason',
      title: WORDS.reason,
      render: ({ code, message }) => <Refusal code={code} message={message} />,
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
      label: TEXTS.result,
      kind: 'select',
      options: stateOptions(['done', 'refused', 'pending']),
    },
  ],
  empty: {
    title: { zh: '没有记录', en: 'No entries' },
    hint: { zh: '没有这种结果的记录。', en: 'There are no entries with this result.' },
  },
});

/** One bulk action: progress and the result of each item. */
export default function BulkActionPage() {
  const t = useT();
  const id = usePageId();
  const bulk = useQuery({
    queryKey: ['thing', 'bulk', id],
    queryFn: ({ signal }) => data(api.GET('/v1/bulk-actions/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data: known } }) => (known?.state === 'done' ? false : 1_500),
  });
  if (bulk.error instanceof ProblemError && bulk.error.status === 404) return <NotFoundPage />;
  if (bulk.error && !bulk.data)
    return <FullPageProblem error={bulk.error} retry={() => void bulk.refetch()} />;
  if (!bulk.data) {
    return (
      <div className="page">
        <Skeleton active />
      </div>
    );
  }
  const { action, state } = bulk.data;
  return (
    <Page title={t(BULK[action])} tags={<StateTag state={state} />}>
      <BulkView bulk={bulk.data} />
    </Page>
  );
}

function BulkView({ bulk }: { bulk: Bulk }) {
  const t = useT();
  const { number } = useFormats();
  const state = useLocalListState();
  const { action, items, progress, input } = bulk;
  const { done, refused, pending } = progress;
  const percent = items === 0 ? 100 : Math.floor(((done + refused) / items) * 100);
  const chosen = state.filters.state ?? '';
  const isRunning = bulk.state === 'running';
  const text = (name: string) => (typeof input[name] === 'string' ? input[name] : undefined);
  const reason = text('reason');
  const hold = reason === undefined ? undefined : HOLD_REASONS[reason];
  const reasonText = hold ? t(hold) : reason;
  return (
    <>
      <Panel title={BULK_WORDS.progress}>
        <Progress
          aria-label={t(BULK_WORDS.progress)}
          percent={percent}
          status={isRunning ? 'active' : refused > 0 ? 'normal' : 'success'}
        />
        {isRunning && <p className="muted">{t(TEXTS.leave)}</p>}
        <Facts
          facts={[
            [BULK_WORDS.items, number(items)],
            [
              BULK_WORDS.done,
              <span key="done" className="strong">
                {number(done)}
              </span>,
            ],
            [
              BULK_WORDS.refused,
              <span key="refused" className="strong">
                {number(refused)}
              </span>,
            ],
            [BULK_WORDS.pending, number(pending)],
            [BULK_WORDS.askedBy, bulk.askedBy.name],
            [BULK_WORDS.askedAt, <TimeText key="asked" at={bulk.askedAt} />],
            [
              BULK_WORDS.finishedAt,
              bulk.finishedAt ? <TimeText key="done-at" at={bulk.finishedAt} /> : undefined,
            ],
            [WORDS.reason, reasonText],
            [WORDS.note, text('note')],
          ]}
        />
      </Panel>
      <Panel title={TEXTS.results}>
        <div className="toolbar">
          <Segmented
            aria-label={t(TEXTS.result)}
            value={chosen}
            onChange={(value) => state.setFilter('state', value || undefined)}
            options={[
              { value: '', label: `${t(WORDS.all)} ${number(items)}` },
              { value: 'done', label: `${t(BULK_WORDS.done)} ${number(done)}` },
              { value: 'refused', label: `${t(BULK_WORDS.refused)} ${number(refused)}` },
              { value: 'pending', label: `${t(BULK_WORDS.pending)} ${number(pending)}` },
            ]}
          />
        </div>
        <KindContext value={bulkRights[action].kind}>
          <ListTable list={list} state={state} params={{ id: bulk.id }} refresh={isRunning} keyboard />
        </KindContext>
      </Panel>
    </>
  );
}

function Target({ id }: { id: string }) {
  const kind = useContext(KindContext);
  return (
    <ThingLink kind={kind} id={id}>
      {kind === 'commission' ? `#${id}` : shortId(id)}
    </ThingLink>
  );
}

function Refusal({ code, message }: { code: string | null; message: string | null }) {
  const t = useT();
  if (code === null) return <>–</>;
  const known = refusalText(code);
  return <>{known ? t(known) : (message ?? code)}</>;
}
