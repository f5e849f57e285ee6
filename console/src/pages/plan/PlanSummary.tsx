import { useQueries } from '@tanstack/react-query';
import { Fragment, type ReactNode } from 'react';
import { planChanges, type RuleSubject } from '../../../../domain/planChanges';
import { api, data } from '../../api/client';
import { type Text, useT } from '../../locale/locale';
import { useFormats } from '../../ui/format';
import { EarningText } from '../commission/calculation';
import { type Earning, PLAN, type Terms } from './terms';

const TEXTS = {
  unchanged: { zh: '条款与之相同', en: 'Same terms' },
} satisfies Record<string, Text>;

/** The terms of a plan in one line; the plan page shows them in full. */
export function TermsSummary({ terms }: { terms: Terms }) {
  const t = useT();
  const parts: ReactNode[] = [
    t(termText('returnWindowDays', terms)),
    t(termText('automaticRelease', terms)),
    ...terms.levels.map(({ default: earning, rules }, index) => (
      <Fragment key={index}>
        {t(shortLevel(index + 1))} <EarningText earning={earning} />
        {rules.length > 0 &&
          t({
            zh: `（另有 ${rules.length} 条规则）`,
            en: ` and ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`,
          })}
      </Fragment>
    )),
  ];
  return parts.map((part, index) => (
    <Fragment key={index}>
      {index > 0 && ' · '}
      {part}
    </Fragment>
  ));
}

/** Differences to the plan that a plan replaces. */
export function PlanDifference({ from, to }: { from: number; to: number }) {
  const t = useT();
  const { number } = useFormats();
  const [before, after] = useQueries({
    queries: [from, to].map((id) => ({
      queryKey: ['plan-terms', id],
      queryFn: () => data(api.GET('/v1/commission-plans/{id}', { params: { path: { id } } })),
      select: ({ terms }: { terms: Terms }) => terms,
      // The terms of a version never change.
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    })),
  }).map((query) => query.data);
  if (!before || !after) return null;
  const { terms, earnings } = planChanges(before, after);
  if (terms.length + earnings.length === 0) return <div className="muted">{t(TEXTS.unchanged)}</div>;
  const shown = earnings.slice(0, MAX_CHANGES);
  return (
    <>
      {terms.map((name) => (
        <div key={name}>
          <del>{t(termText(name, before))}</del> <ins>{t(termText(name, after))}</ins>
        </div>
      ))}
      {shown.map(({ level, subject, before: old, after: now }) => (
        <div key={JSON.stringify([level, subject])}>
          <span className="muted">
            {t(shortLevel(level))} · {subjectText(t, subject)}:{' '}
          </span>
          {old.length > 0 && (
            <del>
              <Earnings earnings={old} />
            </del>
          )}{' '}
          {now.length > 0 && (
            <ins>
              <Earnings earnings={now} />
            </ins>
          )}
        </div>
      ))}
      {shown.length < earnings.length && (
        <div className="muted">
          {t({
            zh: `还有 ${number(earnings.length - shown.length)} 项变化`,
            en: `${number(earnings.length - shown.length)} more changes`,
          })}
        </div>
      )}
    </>
  );
}

/** Further changes are only counted: the plan pages show them in full. */
const MAX_CHANGES = 10;

function Earnings({ earnings }: { earnings: readonly Earning[] }) {
  return earnings.map((earning, index) => (
    <Fragment key={'currency' in earning ? earning.currency : 'rate'}>
      {index > 0 && ' / '}
      <EarningText earning={earning} />
    </Fragment>
  ));
}

const shortLevel = (level: number): Text => ({ zh: `第 ${level} 级`, en: `Level ${level}` });

function subjectText(t: (text: Text) => string, { sku, category, tier }: RuleSubject): string {
  const parts = [
    sku && `${t(PLAN.product)} ${sku}`,
    category && `${t(PLAN.category)} ${category}`,
    tier && `${t(PLAN.tier)} ${tier}`,
  ].filter(Boolean);
  return parts.length ? parts.join(' · ') : t(PLAN.default);
}

/** Short text of a term outside the levels. */
function termText(name: Exclude<keyof Terms, 'levels'>, terms: Terms): Text {
  switch (name) {
    case 'returnWindowDays':
      return {
        zh: `退货期 ${terms.returnWindowDays} 天`,
        en: `Return window: ${terms.returnWindowDays} days`,
      };
    case 'automaticRelease':
      return terms.automaticRelease
        ? { zh: '自动结算', en: 'Automatic release' }
        : { zh: '财务结算', en: 'Release by finance' };
    case 'inactiveUpline':
      return terms.inactiveUpline === 'forfeit'
        ? { zh: '上级不是正常状态时佣金作废', en: 'Share of an inactive sponsor is forfeited' }
        : {
            zh: '上级不是正常状态时由再上一级获得',
            en: 'Share of an inactive sponsor goes to the next sponsor up',
          };
    case 'attributionDays':
      return {
        zh: `推荐码绑定客户 ${terms.attributionDays} 天`,
        en: `Referral code binds the customer for ${terms.attributionDays} days`,
      };
  }
}
