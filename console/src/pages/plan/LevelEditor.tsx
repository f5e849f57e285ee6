import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Segmented } from 'antd';
import { WORDS } from '../../../../domain/words/glossary';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { CurrencySelect } from '../../ui/currency';
import { digitsOf } from '../../ui/format';
import { FieldProblem } from './PlanField';
import {
  type DraftEarning,
  type DraftLevel,
  type DraftRule,
  levelName,
  newRule,
  PLAN,
  type Problems,
} from './terms';

const TEXTS = {
  removeLevel: { zh: '删除这一级', en: 'Remove level' },
  addRule: { zh: '增加规则', en: 'Add rule' },
  removeRule: { zh: '删除规则', en: 'Remove rule' },
  rate: { zh: '比例', en: 'Rate' },
  fixed: { zh: '每件固定', en: 'Fixed per unit' },
  sku: { zh: '商品 SKU', en: 'Product SKU' },
} satisfies Record<string, Text>;

interface LevelEditorProps {
  level: DraftLevel;
  number: number;
  currency: string;
  problems: Problems;
  onChange: (change: Partial<DraftLevel>) => void;
  onRemove?: () => void;
}

/** Editor of one level: default and rules. */
export function LevelEditor({ level, number, currency, problems, onChange, onRemove }: LevelEditorProps) {
  const t = useT();
  const pointer = `/levels/${number - 1}`;
  const setRule = (index: number, change: Partial<DraftRule>) =>
    onChange({ rules: level.rules.map((rule, at) => (at === index ? { ...rule, ...change } : rule)) });
  return (
    <Panel
      title={levelName(number)}
      extra={
        onRemove && (
          <Button size="small" danger icon={<DeleteOutlined />} onClick={onRemove}>
            {t(TEXTS.removeLevel)}
          </Button>
        )
      }
    >
      <div className="plan-rule">
        <div className="plan-rule-subject">
          <span className="strong">{t(PLAN.default)}</span>
          <div className="muted">{t(PLAN.defaultHint)}</div>
        </div>
        <EarningEditor
          earning={level.default}
          label={`${t(levelName(number))} ${t(PLAN.default)}`}
          problem={problemAt(problems, `${pointer}/default`)}
          onChange={(earning) => onChange({ default: earning })}
        />
      </div>
      {level.rules.map((rule, index) => {
        const name = `${t(PLAN.rules)} ${index + 1}`;
        const rulePointer = `${pointer}/rules/${index}`;
        const subjectProblem =
          problems.get(rulePointer) ??
          problems.get(`${rulePointer}/sku`) ??
          problems.get(`${rulePointer}/category`) ??
          problems.get(`${rulePointer}/tier`);
        return (
          <fieldset key={rule.key} className="plan-rule">
            <legend className="visually-hidden">{name}</legend>
            <div className="plan-rule-subject">
              <Input
                aria-label={`${name}: ${t(TEXTS.sku)}`}
                placeholder={t(TEXTS.sku)}
                status={subjectProblem && 'error'}
                maxLength={64}
                value={rule.sku}
                onChange={({ target }) => setRule(index, { sku: target.value })}
              />
              <Input
                aria-label={`${name}: ${t(PLAN.category)}`}
                placeholder={t(PLAN.category)}
                status={subjectProblem && 'error'}
                maxLength={64}
                value={rule.category}
                onChange={({ target }) => setRule(index, { category: target.value })}
              />
              <Input
                aria-label={`${name}: ${t(WORDS.tier)}`}
                placeholder={t(WORDS.tier)}
                status={subjectProblem && 'error'}
                maxLength={32}
                value={rule.tier}
                onChange={({ target }) => setRule(index, { tier: target.value })}
              />
              {subjectProblem && <FieldProblem text={subjectProblem} />}
            </div>
            <EarningEditor
              earning={rule.earning}
              label={name}
              problem={problemAt(problems, `${rulePointer}/earning`)}
              onChange={(earning) => setRule(index, { earning })}
            />
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={`${t(TEXTS.removeRule)} ${index + 1}`}
              onClick={() => onChange({ rules: level.rules.filter((_, at) => at !== index) })}
            />
          </fieldset>
        );
      })}
      <Button
        icon={<PlusOutlined />}
        style={{ marginTop: 8 }}
        onClick={() => onChange({ rules: [...level.rules, newRule(currency)] })}
      >
        {t(TEXTS.addRule)}
      </Button>
    </Panel>
  );
}

/** A problem of a field or anything within it. */
const problemAt = (problems: Problems, pointer: string): Text | undefined =>
  problems.get(pointer) ?? [...problems].find(([at]) => at.startsWith(`${pointer}/`))?.[1];

interface EarningEditorProps {
  earning: DraftEarning;
  label: string;
  problem?: Text;
  onChange: (earning: DraftEarning) => void;
}

function EarningEditor({ earning, label, problem, onChange }: EarningEditorProps) {
  const t = useT();
  const status = problem && 'error';
  return (
    <div className="plan-earning">
      <Segmented
        aria-label={`${label}: ${t(PLAN.pays)}`}
        value={earning.kind}
        options={[
          { value: 'rate' as const, label: t(TEXTS.rate) },
          { value: 'fixed' as const, label: t(TEXTS.fixed) },
        ]}
        onChange={(kind) => onChange({ ...earning, kind })}
      />
      {earning.kind === 'rate' ? (
        <InputNumber
          aria-label={`${label}: ${t(TEXTS.rate)}`}
          status={status}
          min={0}
          max={100}
          step={0.5}
          suffix="%"
          style={{ width: 130 }}
          value={earning.rate}
          onChange={(rate) => onChange({ ...earning, rate })}
        />
      ) : (
        <>
          <InputNumber
            aria-label={`${label}: ${t(TEXTS.fixed)}`}
            status={status}
            min={0}
            precision={digitsOf(earning.currency)}
            style={{ width: 110 }}
            value={earning.fixed}
            onChange={(fixed) => onChange({ ...earning, fixed })}
          />
          <CurrencySelect
            label={`${label}: ${t(WORDS.currency)}`}
            value={earning.currency}
            onChange={(chosen) => onChange({ ...earning, currency: chosen })}
          />
        </>
      )}
      {problem && <FieldProblem text={problem} />}
    </div>
  );
}
