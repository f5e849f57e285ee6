import { CheckCircleFilled, MinusCircleOutlined } from '@ant-design/icons';
import type { ReactNode } from 'react';
import type { Answer, Money } from '../../api/types';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, useFormats } from '../../ui/format';
import '../shared/finance.css';

export type RuleTrace = Answer<'/v1/commissions/{id}/explain'>['rulesTried'][number];
export type Earning = NonNullable<RuleTrace['earning']>;

const OUTCOMES: Record<RuleTrace['outcome'], Text> = {
  applied: { zh: '采用', en: 'Applied' },
  no_rule: { zh: '方案中没有这样的规则', en: 'No such rule in the plan' },
  other_currency: {
    zh: '固定金额的币种与订单不同，不适用',
    en: 'Fixed amount in another currency; not applicable',
  },
  less_specific: { zh: '有规则，但前面更具体的优先', en: 'A more specific rule above applies' },
};

const TEXTS = {
  rule: { zh: '按此顺序查找规则', en: 'Rules in the order they are tried' },
  pays: { zh: '佣金', en: 'Commission' },
  outcome: { zh: '结果', en: 'Result' },
  perUnit: { zh: '每件', en: 'per unit' },
  nothing: { zh: '没有适用的规则，不产生佣金。', en: 'No rule applies; no commission.' },
  net: { zh: '该行实付净额', en: 'Net amount of the order line' },
  rate: { zh: '佣金比例', en: 'Rate' },
  fixed: { zh: '固定金额', en: 'Fixed amount' },
  units: { zh: '件数', en: 'Units' },
  remaining: { zh: '未退数量', en: 'Units not returned' },
  rounded: { zh: '四舍五入到分', en: 'rounded half up' },
} satisfies Record<string, Text>;

/** Commission of a rule: `5 %`, or `¥3.00 per unit`. */
export function EarningText({ earning }: { earning: Earning }) {
  const t = useT();
  const { rate } = useFormats();
  if ('rateBp' in earning) return <span className="nowrap">{rate(earning.rateBp)}</span>;
  const { fixed: amount, currency } = earning;
  return (
    <span className="nowrap">
      <MoneyText value={{ amount, currency }} /> {t(TEXTS.perUnit)}
    </span>
  );
}

/** Scope of a rule as text: the API names it `sku A-1 and tier gold`, `category tea`, `default`. */
function ruleName(tried: string): Text {
  if (tried === 'default') return { zh: '默认', en: 'Default' };
  const chinese = tried
    .replace(/^sku /, '商品 ')
    .replace(/^category \(none\)/, '品类（无）')
    .replace(/^category /, '品类 ')
    .replace(/^tier /, '等级 ')
    .replace(/ and tier (?=\S+$)/, ' 且等级 ');
  return { zh: chinese, en: tried.charAt(0).toUpperCase() + tried.slice(1) };
}

/** Every rule that was tried, with its result. */
export function RulesTried({ rules }: { rules: readonly RuleTrace[] }) {
  const t = useT();
  return (
    <div className="wide-content">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t(TEXTS.rule)}</th>
            <th scope="col">{t(TEXTS.pays)}</th>
            <th scope="col">{t(TEXTS.outcome)}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map(({ tried, outcome, earning }) => (
            <tr key={tried} className={outcome === 'applied' ? 'strong' : 'muted'}>
              <td>{t(ruleName(tried))}</td>
              <td>{earning ? <EarningText earning={earning} /> : '–'}</td>
              <td>
                {outcome === 'applied' ? (
                  <CheckCircleFilled aria-hidden style={{ color: '#2b7a1f' }} />
                ) : (
                  <MinusCircleOutlined aria-hidden />
                )}{' '}
                {t(OUTCOMES[outcome])}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CalculationProps {
  earning: Earning;
  /** Of the whole line. */
  net: Money;
  quantity: number;
  /** Units not returned or canceled. */
  remaining: number;
  result: Money;
  resultLabel: Text;
}

/** The calculation of a commission, line by line. */
export function Calculation({ earning, net, quantity, remaining, result, resultLabel }: CalculationProps) {
  const t = useT();
  const { rate, number } = useFormats();
  const rows: [Text, string, ReactNode][] =
    'rateBp' in earning
      ? [
          [TEXTS.net, '', <MoneyText key="net" value={net} />],
          ...(remaining === quantity
            ? []
            : ([[TEXTS.remaining, '×', `${number(remaining)} / ${number(quantity)}`]] satisfies [
                Text,
                string,
                ReactNode,
              ][])),
          [TEXTS.rate, '×', rate(earning.rateBp)],
        ]
      : [
          [
            TEXTS.fixed,
            '',
            <MoneyText key="fixed" value={{ amount: earning.fixed, currency: earning.currency }} />,
          ],
          [remaining === quantity ? TEXTS.units : TEXTS.remaining, '×', number(remaining)],
        ];
  return (
    <table className="sum">
      <tbody>
        {rows.map(([label, sign, value]) => (
          <tr key={label.en}>
            <th scope="row">{t(label)}</th>
            <td>{sign}</td>
            <td>{value}</td>
          </tr>
        ))}
        <tr className="sum-result">
          <th scope="row">
            {t(resultLabel)}
            {'rateBp' in earning && <span className="muted"> · {t(TEXTS.rounded)}</span>}
          </th>
          <td>=</td>
          <td>
            <MoneyText value={result} strong />
          </td>
        </tr>
      </tbody>
    </table>
  );
}
