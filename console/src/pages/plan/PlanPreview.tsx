import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Alert, Button, Collapse, Input, InputNumber, Space, Switch } from 'antd';
import { useEffect, useState } from 'react';
import { WORDS } from '../../../../domain/words/glossary';
import { api, data } from '../../api/client';
import type { paths } from '../../api/schema';
import { useMe } from '../../app/session';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { CurrencySelect, useUsualCurrency } from '../../ui/currency';
import { digitsOf, MoneyText } from '../../ui/format';
import { useProblemText } from '../../ui/problems';
import { Calculation, RulesTried } from '../commission/calculation';
import { levelName, PLAN, type Terms } from './terms';

type Preview = paths['/v1/commission-plans/preview']['post']['responses'][200]['content']['application/json'];
type PreviewLevel = Preview['lines'][number]['levels'][number];

const TEXTS = {
  title: { zh: '用样例订单试算', en: 'Try on a sample order' },
  sku: { zh: '商品 SKU', en: 'Product SKU' },
  category: { zh: '品类（可空，按商品）', en: 'Category (optional; default: product’s category)' },
  quantity: { zh: '数量', en: 'Quantity' },
  price: { zh: '单价', en: 'Unit price' },
  tier: { zh: '等级', en: 'Tier' },
  active: { zh: '正常状态', en: 'Active' },
  people: { zh: '分销商与上级', en: 'Distributor and sponsors' },
  addPerson: { zh: '再加一位上级', en: 'Add sponsor' },
  removePerson: { zh: '去掉最上面一位', en: 'Remove last sponsor' },
  noLevel: {
    zh: '方案没有更多层级，再上一级不获佣金。',
    en: 'The plan has no more levels, so the next sponsor earns no commission.',
  },
  total: { zh: '合计佣金', en: 'Total commission' },
  result: { zh: '佣金', en: 'Commission' },
  incomplete: {
    zh: '左边的条款填好后，这里会显示每一级的佣金和计算过程。',
    en: 'When the terms are complete, this shows the commission of each level and how it is calculated.',
  },
  how: { zh: '逐条规则', en: 'Rules tried' },
  seller: { zh: '带来订单者', en: 'Seller' },
  sponsor: { zh: '上级', en: 'Sponsor' },
} satisfies Record<string, Text>;

const OUTCOMES: Record<PreviewLevel['outcome'], Text> = {
  earns: { zh: '获得佣金', en: 'earns' },
  own_purchase: { zh: '本人是买家，不获佣金', en: 'is the buyer; no commission' },
  not_accrued: { zh: '受限制，不计佣', en: 'is restricted; not accrued' },
  no_upline: { zh: '没有上级，不产生佣金', en: 'no sponsor; no commission' },
};

interface Person {
  key: number;
  tier: string;
  active: boolean;
}

/** Commissions of a sample order under the current terms, with the same calculation as real commissions. */
export function PlanPreview({ terms, levels }: { terms: Terms | undefined; levels: number }) {
  const t = useT();
  const problemText = useProblemText();
  const brand = useMe().brand;
  const usual = useUsualCurrency();
  const [chosen, setChosen] = useState<string>();
  const currency = chosen ?? usual ?? brand.currency;
  const unit = 10 ** digitsOf(currency);
  const [line, setLine] = useState({ sku: 'SAMPLE', category: '', quantity: 2, price: 199 });
  const [people, setPeople] = useState<Person[]>([
    { key: 0, tier: 'standard', active: true },
    { key: 1, tier: 'standard', active: true },
  ]);
  const body = terms && {
    terms,
    order: {
      currency,
      lines: [
        {
          sku: line.sku.trim() || 'SAMPLE',
          ...(line.category.trim() && { category: line.category.trim() }),
          quantity: line.quantity,
          unitPrice: Math.round(line.price * unit),
        },
      ],
    },
    chain: people.map(({ tier, active }) => ({ tier: tier.trim() || 'standard', active })),
  };
  const text = body && JSON.stringify(body);
  const [sample, setSample] = useState<{ text: string; body: NonNullable<typeof body> }>();
  useEffect(() => {
    const timer = setTimeout(() => setSample(body && text !== undefined ? { text, body } : undefined), 300);
    return () => clearTimeout(timer);
  }, [text]);
  const preview = useQuery({
    queryKey: ['plan-preview', sample?.text],
    queryFn: ({ signal }) => data(api.POST('/v1/commission-plans/preview', { body: sample!.body, signal })),
    enabled: sample !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const setPerson = (index: number, change: Partial<Person>) =>
    setPeople(people.map((person, at) => (at === index ? { ...person, ...change } : person)));

  return (
    <div className="plan-preview">
      <Panel title={TEXTS.title}>
        <div className="plan-sample">
          <Input
            aria-label={t(TEXTS.sku)}
            placeholder={t(TEXTS.sku)}
            value={line.sku}
            onChange={({ target }) => setLine({ ...line, sku: target.value })}
          />
          <InputNumber
            aria-label={t(TEXTS.quantity)}
            prefix={t(TEXTS.quantity)}
            min={1}
            max={1_000_000}
            precision={0}
            value={line.quantity}
            onChange={(quantity) => setLine({ ...line, quantity: quantity ?? 1 })}
          />
          <Input
            className="plan-sample-row"
            aria-label={t(TEXTS.category)}
            placeholder={t(TEXTS.category)}
            value={line.category}
            onChange={({ target }) => setLine({ ...line, category: target.value })}
          />
          <InputNumber
            aria-label={t(TEXTS.price)}
            prefix={t(TEXTS.price)}
            min={0}
            precision={digitsOf(currency)}
            value={line.price}
            onChange={(price) => setLine({ ...line, price: price ?? 0 })}
          />
          <CurrencySelect label={t(WORDS.currency)} value={currency} onChange={setChosen} />
        </div>
        <div className="strong">{t(TEXTS.people)}</div>
        {people.map((person, index) => {
          const who = index === 0 ? t(TEXTS.seller) : `${t(TEXTS.sponsor)} ${index}`;
          return (
            <div key={person.key} className="plan-person">
              <span className="nowrap">{who}</span>
              <Input
                aria-label={`${who}: ${t(PLAN.tier)}`}
                prefix={<span className="muted">{t(TEXTS.tier)}</span>}
                value={person.tier}
                maxLength={32}
                onChange={({ target }) => setPerson(index, { tier: target.value })}
              />
              <Switch
                aria-label={`${who}: ${t(TEXTS.active)}`}
                checked={person.active}
                checkedChildren={t(TEXTS.active)}
                unCheckedChildren={t({ zh: '已暂停', en: 'Suspended' })}
                onChange={(active) => setPerson(index, { active })}
              />
            </div>
          );
        })}
        <Space wrap>
          <Button
            size="small"
            icon={<PlusOutlined />}
            disabled={people.length > levels}
            onClick={() => setPeople([...people, { key: people.length, tier: 'standard', active: true }])}
          >
            {t(TEXTS.addPerson)}
          </Button>
          {people.length > 1 && (
            <Button
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t(TEXTS.removePerson)}
              onClick={() => setPeople(people.slice(0, -1))}
            />
          )}
          {people.length > levels && <span className="muted">{t(TEXTS.noLevel)}</span>}
        </Space>
        <div aria-live="polite" style={{ marginTop: 12 }}>
          {!terms && <Alert type="info" showIcon title={t(TEXTS.incomplete)} />}
          {terms && preview.error && (
            <Alert
              type="error"
              showIcon
              title={problemText(preview.error).title}
              description={problemText(preview.error).detail}
            />
          )}
          {terms && preview.data && (
            <div style={{ opacity: preview.isPlaceholderData ? 0.6 : 1 }}>
              <div style={{ fontSize: 16 }}>
                {t(TEXTS.total)} <MoneyText value={preview.data.total} strong />
              </div>
              {preview.data.lines[0]?.levels.length === 0 && <p>{preview.data.explanation}</p>}
              {preview.data.lines.flatMap(({ netAmount, levels: earned }) =>
                earned.map((level) => (
                  <LevelResult key={level.level} level={level} net={netAmount} quantity={line.quantity} />
                )),
              )}
            </div>
          )}
        </div>
      </Panel>
    </div>
  );
}

interface LevelResultProps {
  level: PreviewLevel;
  net: { amount: number; currency: string };
  quantity: number;
}

function LevelResult({ level, net, quantity }: LevelResultProps) {
  const t = useT();
  const applied = level.rulesTried.find(({ outcome }) => outcome === 'applied')?.earning;
  return (
    <div className="plan-result">
      <div>
        <span className="strong">{t(levelName(level.level))}</span>{' '}
        {level.tier && <span className="muted">({level.tier}) </span>}
        {level.outcome !== 'earns' && t(OUTCOMES[level.outcome])}
        {level.skipped.length > 0 && (
          <span className="muted">
            {t({
              zh: `；跳过 ${level.skipped.length} 位不是正常状态的上级`,
              en: `; ${level.skipped.length} inactive sponsors skipped`,
            })}
          </span>
        )}
      </div>
      {level.outcome === 'earns' && (
        <>
          {applied && (
            <Calculation
              earning={applied}
              net={net}
              quantity={quantity}
              remaining={quantity}
              result={level.amount}
              resultLabel={TEXTS.result}
            />
          )}
          {!applied && <MoneyText value={level.amount} strong />}
          <Collapse
            size="small"
            ghost
            items={[{ key: 'rules', label: t(TEXTS.how), children: <RulesTried rules={level.rulesTried} /> }]}
          />
        </>
      )}
    </div>
  );
}
