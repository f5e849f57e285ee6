import { Button } from 'antd';
import { useState } from 'react';
import { isCausedByPerson, liftersOf } from '../../../../domain/restriction';
import { ROLES, WORDS } from '../../../../domain/words/glossary';
import { EFFECT_NAMES } from '../../../../domain/words/names';
import type { Item } from '../../api/types';
import { ThingLink } from '../../detail/Links';
import { Panel } from '../../detail/Panel';
import { SubjectLink, SubjectName } from '../../detail/subjects';
import { defineList } from '../../list/definition';
import { EmbeddedList } from '../../list/EmbeddedList';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { HOLD_REASONS } from '../shared/financeWords';
import '../shared/finance.css';

type Restriction = Item<'/v1/distributors/{id}/restrictions'>;

const TEXTS = {
  title: { zh: '限制', en: 'Restrictions' },
  what: { zh: '内容', en: 'Restriction' },
  period: { zh: '起止时间', en: 'Period' },
  noEnd: { zh: '未设到期', en: 'No end set' },
  cause: { zh: '起因', en: 'Cause' },
  lift: { zh: '谁可解除', en: 'Who can lift it' },
  over: { zh: '查看已结束的', en: 'Show past ones' },
  current: { zh: '查看当前的', en: 'Show current ones' },
} satisfies Record<string, Text>;

const list = defineList({
  key: 'distributor-restrictions',
  path: '/v1/distributors/{id}/restrictions',
  title: TEXTS.title,
  idOf: ({ id }) => id,
  defaultSort: '-placedAt',
  columns: [
    { key: 'what', title: TEXTS.what, render: (restriction) => <What restriction={restriction} /> },
    { key: 'period', title: TEXTS.period, render: (restriction) => <Period restriction={restriction} /> },
    {
      key: 'cause',
      title: TEXTS.cause,
      render: (restriction) => (
        <div className="note-cell">
          <Cause restriction={restriction} />
        </div>
      ),
    },
    { key: 'reason', title: WORDS.reason, render: (restriction) => <Reason restriction={restriction} /> },
    {
      key: 'lift',
      title: TEXTS.lift,
      render: (restriction) => (
        <div className="note-cell">
          <Lifters restriction={restriction} />
        </div>
      ),
    },
  ],
  filters: [],
  empty: {
    title: { zh: '没有限制', en: 'No restrictions' },
    hint: {
      zh: '单笔佣金的暂缓结算见「暂缓结算」列表。',
      en: 'Holds on single commissions are in the list of holds.',
    },
  },
});

/** What restricts a distributor now or later; past restrictions on demand. */
export function Restrictions({ id }: { id: string }) {
  const t = useT();
  const [over, setOver] = useState(false);
  return (
    <Panel
      title={TEXTS.title}
      extra={
        <Button size="small" onClick={() => setOver(!over)}>
          {t(over ? TEXTS.current : TEXTS.over)}
        </Button>
      }
    >
      <EmbeddedList
        key={String(over)}
        list={list}
        params={{ id }}
        fixed={{ ended: String(over), ofCommission: 'false' }}
      />
    </Panel>
  );
}

/** What it does, and to which part. */
function What({ restriction: { effect, category, sku, amount, tier, state } }: { restriction: Restriction }) {
  const t = useT();
  return (
    <>
      <StateTag state={state === 'open' ? 'in_force' : state} /> {t(EFFECT_NAMES[effect])}
      {tier !== null && t({ zh: `：${tier}`, en: `: ${tier}` })}
      {amount && (
        <>
          {t({ zh: '：', en: ': ' })}
          <MoneyText value={amount} />
        </>
      )}
      {category !== null && t({ zh: `（仅品类 ${category}）`, en: ` (category ${category} only)` })}
      {sku !== null && (
        <>
          {t({ zh: '（仅商品 ', en: ' (product ' })}
          <ThingLink kind="product" id={sku}>
            {sku}
          </ThingLink>
          {t({ zh: '）', en: ' only)' })}
        </>
      )}
    </>
  );
}

/** Since when, and until when it lasts or lasted. */
function Period({
  restriction: { state, effectiveFrom, effectiveUntil, liftedAt },
}: {
  restriction: Restriction;
}) {
  const t = useT();
  const until = state === 'lifted' || state === 'voided' ? liftedAt : effectiveUntil;
  return (
    <>
      <div>
        <TimeText at={effectiveFrom} /> –
      </div>
      {until === null ? <span className="muted">{t(TEXTS.noEnd)}</span> : <TimeText at={until} />}
    </>
  );
}

/** The person who placed it, or the process, as a link if it has a page. */
function Cause({ restriction: { cause, placedBy } }: { restriction: Restriction }) {
  if (cause === null) return '–';
  return isCausedByPerson(cause) && placedBy !== null ? placedBy : <SubjectLink subject={cause} />;
}

/** The reason, with the notes of who placed and who lifted it. */
function Reason({ restriction: { reason, note, liftNote } }: { restriction: Restriction }) {
  const t = useT();
  const name = HOLD_REASONS[reason];
  return (
    <>
      <div>{name ? t(name) : reason}</div>
      <div className="note-cell muted">{[note, liftNote].filter(Boolean).join(' → ')}</div>
    </>
  );
}

function Lifters({ restriction: { cause, effect, state } }: { restriction: Restriction }) {
  const t = useT();
  if (cause === null || (state !== 'open' && state !== 'to_come')) return '–';
  const roles = liftersOf({ cause, effect });
  if (roles) return <>{roles.map((role) => t(ROLES[role])).join(t({ zh: '、', en: ', ' }))}</>;
  return (
    <>
      {t({ zh: '随 ', en: 'Lifted by ' })}
      <SubjectName subject={cause} />
      {t({ zh: ' 的处理解除', en: ' only' })}
    </>
  );
}
