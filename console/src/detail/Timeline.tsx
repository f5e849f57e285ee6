import { useInfiniteQuery } from '@tanstack/react-query';
import { Timeline as AntTimeline, Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { api, data } from '../api/client';
import type { Item, Money } from '../api/types';
import { type Text, useT } from '../locale/locale';
import { STATES } from '../locale/words';
import { MoneyText, TimeText } from '../ui/format';
import { ACCOUNTS, ACTORS, EVENTS, readable } from './eventNames';
import { FactList, FactName, FactValue, type Told, worthTelling } from './facts';
import type { Kind } from './kinds';
import { ThingLink } from './Links';
import { Panel } from './Panel';

type Entry = Item<'/v1/timeline/{kind}/{id}'>;

const TEXTS = {
  title: { zh: '全部经过', en: 'All that happened' },
  more: { zh: '更早', en: 'Earlier' },
  mail: { zh: '邮件', en: 'Mail' },
} satisfies Record<string, Text>;

const COLORS: Record<Entry['kind'], string> = {
  event: '#0b6e6e',
  audit: '#6a7079',
  mail: '#7a5bb5',
  transfer: '#2b7a1f',
  note: '#9a5b00',
};

/** All that happened to a thing, newest first: who, what, before and after, mails sent, transfers posted. */
export function Timeline({ kind, id }: { kind: Kind; id: string }) {
  const t = useT();
  const story = useInfiniteQuery({
    queryKey: ['timeline', kind, id],
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/v1/timeline/{kind}/{id}', {
          params: { path: { kind, id }, query: { limit: 50, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const entries = story.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel title={TEXTS.title}>
      <AntTimeline
        items={entries.map((entry) => ({
          key: entry.id,
          color: COLORS[entry.kind],
          content: <EntryView entry={entry} />,
        }))}
      />
      {story.hasNextPage && (
        <Button loading={story.isFetchingNextPage} onClick={() => void story.fetchNextPage()}>
          {t(TEXTS.more)}
        </Button>
      )}
    </Panel>
  );
}

/** Who did something: a person by name, or what else it was. */
export function ActorText({ actor }: { actor: string }) {
  const t = useT();
  return <>{ACTORS[actor] ? t(ACTORS[actor]) : actor}</>;
}

/** What happened, in words. */
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
      <div className="muted">
        <ActorText actor={entry.actor} /> · <TimeText at={entry.at} />
      </div>
    </div>
  );
}

function Details({ entry }: { entry: Entry }): ReactNode {
  const t = useT();
  const { kind, data: facts } = entry;
  switch (kind) {
    case 'transfer': {
      const { from, to, amount, commissionId } = facts as {
        from: string;
        to: string;
        amount: Money;
        commissionId: string | null;
      };
      return (
        <span>
          <MoneyText value={amount} strong /> {account(t, from)} → {account(t, to)}
          {commissionId && (
            <>
              {' '}
              <ThingLink kind="commission" id={commissionId}>
                #{commissionId}
              </ThingLink>
            </>
          )}
        </span>
      );
    }
    case 'mail':
      return <MailDetails mail={facts as unknown as MailFacts} />;
    case 'note':
      return <div style={{ whiteSpace: 'pre-wrap' }}>{facts.body ? String(facts.body) : '—'}</div>;
    case 'audit':
    case 'event':
      return (
        <>
          <FactList told={facts} />
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

const account = (t: (text: Text) => string, name: string) => t(ACCOUNTS[name] ?? readable(name));

/** More than these are shown on demand. */
const MOST_CHANGES = 3;

/** What an audit entry changed: each value before and after, and why. */
export function Changes({ before, after, reason }: { before: unknown; after: unknown; reason: unknown }) {
  const t = useT();
  const old = (before ?? {}) as Told;
  const now = (after ?? {}) as Told;
  const [all, setAll] = useState(false);
  // What stayed as it was says nothing.
  const names = [...new Set([...worthTelling(old), ...worthTelling(now)])].filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
  const shown = all || names.length <= MOST_CHANGES + 1 ? names : names.slice(0, MOST_CHANGES);
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
