import { useInfiniteQuery } from '@tanstack/react-query';
import { Alert, Timeline as AntTimeline, Button, Skeleton } from 'antd';
import { type ReactNode, useState } from 'react';
import type { TimelineKind } from '../../../domain/kinds';
import { ACTORS, accountName, EVENTS, readable } from '../../../domain/words/events';
import { STATES } from '../../../domain/words/glossary';
import { api, data } from '../api/client';
import { type Text, useT } from '../locale/locale';
import { MoneyText, TimeText } from '../ui/format';
import { useProblemText } from '../ui/problems';
import { type FactData, FactList, FactName, FactValue, visibleFacts } from './facts';
import { type Entry, groupEntries, transferFacts } from './groupEntries';
import { ThingLink } from './Links';
import { Panel } from './Panel';

const TEXTS = {
  title: { zh: '动态', en: 'Activity' },
  more: { zh: '更早', en: 'Earlier' },
  retry: { zh: '重试', en: 'Retry' },
  mail: { zh: '邮件', en: 'Email' },
  each: { zh: '逐笔查看', en: 'Show each transfer' },
  atLeast: { zh: '至少 ', en: 'At least ' },
} satisfies Record<string, Text>;

const COLORS: Record<Entry['kind'], string> = {
  event: '#0b6e6e',
  audit: '#6a7079',
  mail: '#7a5bb5',
  transfer: '#2b7a1f',
  note: '#9a5b00',
};

/** Activity of an entity, newest first: who, what, before and after, emails sent, transfers posted. */
export function Timeline({ kind, id }: { kind: TimelineKind; id: string }) {
  const t = useT();
  const problemText = useProblemText();
  const timeline = useInfiniteQuery({
    queryKey: ['timeline', kind, id],
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/v1/timeline/{kind}/{id}', {
          params: { path: { kind, id }, query: { limit: 100, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: '',
    // Refreshes together with the entity, except after older pages are loaded, so that reading is not disturbed.
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? 10_000 : false),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const entries = timeline.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel title={TEXTS.title}>
      {timeline.isPending && <Skeleton active />}
      {timeline.error && !timeline.data && (
        <Alert
          type="error"
          showIcon
          title={problemText(timeline.error).title}
          action={<Button onClick={() => void timeline.refetch()}>{t(TEXTS.retry)}</Button>}
        />
      )}
      <AntTimeline
        items={groupEntries(entries).map((group, index, { length }) => ({
          key: group[0]!.id,
          color: COLORS[group[0]!.kind],
          content:
            group.length === 1 ? (
              <EntryView entry={group[0]!} />
            ) : (
              <TransfersView transfers={group} mayBeMore={timeline.hasNextPage && index === length - 1} />
            ),
        }))}
      />
      {timeline.hasNextPage && (
        <Button loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
          {t(TEXTS.more)}
        </Button>
      )}
    </Panel>
  );
}

interface ActorTextProps {
  actor: string;
  /** The account behind the name: two people can have one name. */
  account?: { email: string } | null;
}

/** The actor: a person by name, or the system, shop, … with the account where there is one. */
export function ActorText({ actor, account }: ActorTextProps) {
  const t = useT();
  return (
    <>
      {ACTORS[actor] ? t(ACTORS[actor]) : actor}
      {account && ` (${account.email})`}
    </>
  );
}

/** Name of an event. */
export function EventName({ type }: { type: string }) {
  return <>{useT()(EVENTS[type] ?? readable(type))}</>;
}

function EntryView({ entry }: { entry: Entry }) {
  return (
    <div style={{ overflowWrap: 'anywhere' }}>
      {entry.kind !== 'transfer' && entry.kind !== 'mail' && (
        <span className="strong">
          <EventName type={entry.type} />{' '}
        </span>
      )}
      <Details entry={entry} />
      <Source entry={entry} />
    </div>
  );
}

interface TransfersViewProps {
  transfers: readonly Entry[];
  /** Whether entries not loaded yet may belong to the group. */
  mayBeMore: boolean;
}

/** Transfers at the same time between the same accounts as one total; each on demand. */
function TransfersView({ transfers, mayBeMore }: TransfersViewProps) {
  const t = useT();
  const [each, setEach] = useState(false);
  const first = transfers[0]!;
  const {
    from,
    to,
    amount: { currency },
  } = transferFacts(first);
  const amount = transfers.reduce((sum, transfer) => sum + transferFacts(transfer).amount.amount, 0);
  return (
    <div style={{ overflowWrap: 'anywhere' }}>
      {mayBeMore && t(TEXTS.atLeast)}
      <MoneyText value={{ amount, currency }} strong /> {t(accountName(from))} → {t(accountName(to))} ·{' '}
      {t({
        zh: `${transfers.length}${mayBeMore ? '+' : ''} 笔`,
        en: `${transfers.length}${mayBeMore ? '+' : ''} transfers`,
      })}{' '}
      {!each && (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => setEach(true)}>
          {t(TEXTS.each)}
        </Button>
      )}
      {each && transfers.map((transfer) => <TransferText key={transfer.id} transfer={transfer} />)}
      <Source entry={first} />
    </div>
  );
}

function TransferText({ transfer }: { transfer: Entry }) {
  const t = useT();
  const { from, to, amount, commissionId } = transferFacts(transfer);
  return (
    <div>
      <MoneyText value={amount} strong /> {t(accountName(from))} → {t(accountName(to))}
      {commissionId && (
        <>
          {' '}
          <ThingLink kind="commission" id={commissionId}>
            #{commissionId}
          </ThingLink>
        </>
      )}
    </div>
  );
}

/** Actor and time. */
function Source({ entry: { actor, account, at } }: { entry: Entry }) {
  return (
    <div className="muted">
      <ActorText actor={actor} account={account} /> · <TimeText at={at} />
    </div>
  );
}

function Details({ entry }: { entry: Entry }): ReactNode {
  const { kind, data: facts } = entry;
  switch (kind) {
    case 'transfer':
      return <TransferText transfer={entry} />;
    case 'mail':
      return <MailDetails mail={facts as unknown as MailFacts} />;
    case 'note':
      return <div style={{ whiteSpace: 'pre-wrap' }}>{facts.body ? String(facts.body) : '—'}</div>;
    case 'audit':
    case 'event':
      return (
        <>
          <FactList data={facts} />
          {entry.audit && <Changes {...entry.audit} />}
        </>
      );
  }
}

interface MailFacts {
  subject: string;
  recipient: string;
  state: string;
  attempts: number;
  lastError: string | null;
}

function MailDetails({ mail: { subject, recipient, state, attempts, lastError } }: { mail: MailFacts }) {
  const t = useT();
  return (
    <>
      <span className="strong">{t(TEXTS.mail)}</span> {subject} → {recipient} ·{' '}
      {t(STATES[state] ?? readable(state))}
      {lastError && (
        <div className="muted">
          {t({ zh: `尝试 ${attempts} 次：`, en: `After ${attempts} attempts: ` })}
          {lastError}
        </div>
      )}
    </>
  );
}

/** Further ones are shown on demand. */
const MAX_CHANGES = 3;

/** Changes of an audit entry: each value before and after, and the reason. */
export function Changes({ before, after, reason }: { before: unknown; after: unknown; reason: unknown }) {
  const t = useT();
  const old = (before ?? {}) as FactData;
  const now = (after ?? {}) as FactData;
  const [all, setAll] = useState(false);
  // Skip unchanged values.
  const names = [...new Set([...visibleFacts(old), ...visibleFacts(now)])].filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
  const shown = all || names.length <= MAX_CHANGES + 1 ? names : names.slice(0, MAX_CHANGES);
  return (
    <span>
      {shown.map((name) => (
        <div key={name}>
          <FactName name={name} />
          {name in old && (
            <del>
              <FactValue name={name} all={old} />
            </del>
          )}{' '}
          {name in now && (
            <ins>
              <FactValue name={name} all={now} />
            </ins>
          )}
        </div>
      ))}
      {shown.length < names.length && (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => setAll(true)}>
          {t({
            zh: `还有 ${names.length - shown.length} 项`,
            en: `${names.length - shown.length} more`,
          })}
        </Button>
      )}
      {typeof reason === 'string' && <FactValue name="reason" all={{ reason }} />}
    </span>
  );
}
