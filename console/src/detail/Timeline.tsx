import { useInfiniteQuery } from '@tanstack/react-query';
import { Timeline as AntTimeline, Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { api, data } from '../api/client';
import type { Item, Money } from '../api/types';
import { type Text, useT } from '../locale/locale';
import { MoneyText, TimeText, useFormats } from '../ui/format';
import { ACCOUNTS, EVENTS } from './eventNames';
import type { Kind } from './kinds';
import { Panel } from './Panel';

type Entry = Item<'/v1/timeline/{kind}/{id}'>;

const TEXTS = {
  title: { zh: '全部经过', en: 'All that happened' },
  more: { zh: '更早', en: 'Earlier' },
  mail: { zh: '邮件', en: 'Mail' },
  note: { zh: '备注', en: 'Note' },
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

function EntryView({ entry }: { entry: Entry }) {
  const t = useT();
  const name = EVENTS[entry.type];
  const label = entry.kind === 'transfer' || entry.kind === 'mail' ? undefined : name ? t(name) : entry.type;
  return (
    <div style={{ overflowWrap: 'anywhere' }}>
      {label && <span className="strong">{label} </span>}
      <Details entry={entry} />
      <div className="muted">
        {entry.actor} · <TimeText at={entry.at} />
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
              <Link to={`/commissions/${commissionId}`}>#{commissionId}</Link>
            </>
          )}
        </span>
      );
    }
    case 'mail':
      return (
        <span>
          <span className="strong">{t(TEXTS.mail)}</span> {String(facts.subject)} → {String(facts.recipient)}{' '}
          ({String(facts.state)})
        </span>
      );
    case 'note':
      return <span style={{ whiteSpace: 'pre-wrap' }}>{facts.body ? String(facts.body) : '—'}</span>;
    case 'audit':
      return <Changes before={facts.before} after={facts.after} reason={facts.reason} />;
    case 'event':
      return <Plain facts={facts} />;
  }
}

const account = (t: (text: Text) => string, name: string) => (ACCOUNTS[name] ? t(ACCOUNTS[name]) : name);

/** More than these are shown on demand. */
const MOST_CHANGES = 3;

/** What an audit entry changed: each value before and after, and why. */
export function Changes({ before, after, reason }: { before: unknown; after: unknown; reason: unknown }) {
  const t = useT();
  const { money } = useFormats();
  const show = (value: unknown) => (isMoney(value) ? money(value) : plain(value));
  const old = (before ?? {}) as Record<string, unknown>;
  const now = (after ?? {}) as Record<string, unknown>;
  const [all, setAll] = useState(false);
  // What stayed as it was says nothing, nor does the time, which the entry itself has.
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => name !== 'updatedAt' && !(name in old && name in now && show(old[name]) === show(now[name])),
  );
  const shown = all || names.length <= MOST_CHANGES + 1 ? names : names.slice(0, MOST_CHANGES);
  return (
    <span>
      {shown.map((name) => (
        <div key={name}>
          <span className="muted">{name}: </span>
          {name in old && <del>{show(old[name])}</del>} {name in now && <ins>{show(now[name])}</ins>}
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
      {typeof reason === 'string' && <div>{reason}</div>}
    </span>
  );
}

function Plain({ facts }: { facts: Record<string, unknown> }) {
  return (
    <span>
      {Object.entries(facts)
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <span key={name}>
            <span className="muted">{name}: </span>
            {plain(value)}{' '}
          </span>
        ))}
    </span>
  );
}

const plain = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 2 &&
  'amount' in value &&
  typeof value.amount === 'number' &&
  'currency' in value &&
  typeof value.currency === 'string';
