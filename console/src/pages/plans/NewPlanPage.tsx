import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, InputNumber, Segmented, Select, Space, Switch } from 'antd';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api, data, idempotencyKey } from '../../api/client';
import { useMe } from '../../app/session';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { WORDS } from '../../locale/words';
import { CurrencySelect } from '../../ui/currency';
import { digitsOf, useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';
import { useProblemText } from '../../ui/problems';
import { type KeptDraft, keptDraftOf } from './keptDraft';
import { FREE_LEVELS } from './PlanPage';
import { PlanPreview } from './PlanPreview';
import {
  checkDraft,
  type Draft,
  type DraftEarning,
  type DraftLevel,
  type DraftRule,
  levelName,
  newDraft,
  newLevel,
  newRule,
  PLAN,
  type Problems,
  type Terms,
  toDraft,
  toTerms,
} from './terms';
import './plans.css';

const TEXTS = {
  title: { zh: '新建佣金方案版本', en: 'A new version of the commission plan' },
  from: { zh: '以哪个版本为基础', en: 'Begin from the version' },
  blank: { zh: '空白', en: 'Nothing' },
  terms: { zh: '基本条款', en: 'Terms' },
  addLevel: { zh: '增加一级', en: 'Add a level' },
  removeLevel: { zh: '删除这一级', en: 'Remove this level' },
  addRule: { zh: '增加规则', en: 'Add a rule' },
  removeRule: { zh: '删除规则', en: 'Remove the rule' },
  rate: { zh: '比例', en: 'Rate' },
  fixed: { zh: '每件固定', en: 'Fixed' },
  thirdLevel: {
    zh: '第三级须由合规人员确认后才能启用（《禁止传销条例》第七条）。',
    en: 'A plan with a third level is acknowledged by a compliance officer before it can be activated.',
  },
  order: {
    zh: '越具体越优先：商品+等级 → 商品 → 品类+等级 → 品类 → 等级 → 默认。填 0 表示明确不付佣金。',
    en: 'The most specific wins: product with tier, product, category with tier, category, tier, default. 0 is a real setting: it pays nothing.',
  },
  save: { zh: '保存为草稿', en: 'Save as a draft' },
  saveHint: {
    zh: '保存后不会生效，需在方案页启用。',
    en: 'It has no effect before it is activated on its page.',
  },
  takeUp: { zh: '继续填写', en: 'Go on with it' },
  giveUp: { zh: '丢弃', en: 'Discard it' },
  keptHint: {
    zh: '如果在下面开始填写新的内容，它会被覆盖。',
    en: 'Typing below begins another in its place.',
  },
  keeps: {
    zh: '填写内容自动保存在本浏览器，离开后可继续。',
    en: 'What you type is kept in this browser until it is saved.',
  },
  wrong: { zh: '还有未填好的项', en: 'Some fields are not right yet' },
  sku: { zh: '商品 SKU', en: 'Product SKU' },
} satisfies Record<string, Text>;

/** Writes a version of the plan, checked while it is typed, with a sample order beside it. */
export default function NewPlanPage() {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const problemText = useProblemText();
  const { time } = useFormats();
  const { currency } = me.brand;
  const [params, setParams] = useSearchParams();
  const from = params.get('from') ?? '';
  const [store] = useState(() => keptDraftOf(me.user.id));
  // What is there when the page opens; it stands on offer until it is taken up, given up or typed over.
  const [kept, setKept] = useState(() => store.read());
  const [draft, setDraft] = useState<Draft>(() => newDraft(currency));
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();
  const attempt = useRef<{ text: string; key: ReturnType<typeof idempotencyKey> }>(undefined);

  const versions = useQuery({
    queryKey: ['plan-versions'],
    queryFn: () => data(api.GET('/v1/commission-plans', { params: { query: { limit: 100 } } })),
    staleTime: 60_000,
  });
  const base = versions.data?.items.find(({ id }) => String(id) === from);
  const filledFrom = useRef('');
  useEffect(() => {
    // Once for each choice, so that what is typed afterwards stays when the versions are read again.
    if (!base || filledFrom.current === from) return;
    filledFrom.current = from;
    setDraft((present) => ({ ...present, ...toDraft(base, currency) }));
  }, [base, from, currency]);

  const local = checkDraft(draft);
  const termsAreComplete = [...local.keys()].every((pointer) => pointer === '/name');
  const terms = termsAreComplete ? toTerms(draft) : undefined;
  const problems = useServerProblems(terms, local);
  const shown = tried ? problems : new Map([...problems].filter(([pointer]) => pointer !== '/name'));

  const set = (change: Partial<Draft>) => {
    const next = { ...draft, ...change };
    setDraft(next);
    setKept(undefined);
    store.write({ draft: next, from, typedAt: new Date().toISOString() });
  };
  const takeUp = ({ draft: found, from: begunFrom }: KeptDraft) => {
    // Not to be filled from the version once more.
    filledFrom.current = begunFrom;
    setParams(begunFrom ? { from: begunFrom } : {}, { replace: true });
    setDraft(found);
    setKept(undefined);
  };
  const giveUp = () => {
    store.remove();
    setKept(undefined);
  };
  const setLevel = (index: number, change: Partial<DraftLevel>) =>
    set({ levels: draft.levels.map((level, at) => (at === index ? { ...level, ...change } : level)) });

  const save = async () => {
    setTried(true);
    setRefusal(undefined);
    if (!terms || problems.size > 0) return;
    const body = { name: draft.name.trim(), terms };
    const text = JSON.stringify(body);
    if (attempt.current?.text !== text) attempt.current = { text, key: idempotencyKey() };
    setSaving(true);
    try {
      const plan = await data(
        api.POST('/v1/commission-plans', { params: { header: attempt.current.key }, body }),
      );
      store.remove();
      await queries.invalidateQueries();
      await navigate(`/commission-plans/${plan.id}`);
    } catch (error) {
      setRefusal(error);
    } finally {
      setSaving(false);
    }
  };

  return (
    <Page
      title={t(TEXTS.title)}
      actions={
        <Button type="primary" loading={saving} onClick={() => void save()}>
          {t(TEXTS.save)}
        </Button>
      }
    >
      {kept && (
        <Alert
          type="warning"
          showIcon
          role="status"
          style={{ marginBottom: 16 }}
          title={t({
            zh: `您有一份 ${time(kept.typedAt)} 未保存的方案${kept.draft.name ? `“${kept.draft.name}”` : ''}`,
            en: `There is a plan of yours that was not saved${kept.draft.name ? `: ${kept.draft.name}` : ''}, typed ${time(kept.typedAt)}`,
          })}
          description={t(TEXTS.keptHint)}
          action={
            <Space wrap>
              <Button type="primary" onClick={() => takeUp(kept)}>
                {t(TEXTS.takeUp)}
              </Button>
              <Button onClick={giveUp}>{t(TEXTS.giveUp)}</Button>
            </Space>
          }
        />
      )}
      {refusal !== undefined && (
        <Alert
          type="error"
          showIcon
          role="alert"
          style={{ marginBottom: 16 }}
          title={problemText(refusal).title}
          description={problemText(refusal).detail}
        />
      )}
      {tried && problems.size > 0 && (
        <Alert
          type="error"
          showIcon
          role="alert"
          style={{ marginBottom: 16 }}
          title={`${t(TEXTS.wrong)}: ${problems.size}`}
        />
      )}
      <div className="two-columns plan-editor">
        <div>
          <Panel title={TEXTS.terms}>
            <div className="plan-fields">
              <Labelled label={TEXTS.from}>
                {(id) => (
                  <Select
                    id={id}
                    value={from}
                    onChange={(value: string) => {
                      filledFrom.current = '';
                      setParams(value ? { from: value } : {}, { replace: true });
                    }}
                    options={[
                      { value: '', label: t(TEXTS.blank) },
                      ...(versions.data?.items ?? []).map((plan) => ({
                        value: String(plan.id),
                        label: `#${plan.id} ${plan.name}`,
                      })),
                    ]}
                  />
                )}
              </Labelled>
              <Labelled label={PLAN.name} problem={shown.get('/name')} required>
                {(id) => (
                  <Input
                    id={id}
                    maxLength={200}
                    value={draft.name}
                    onChange={({ target }) => set({ name: target.value })}
                  />
                )}
              </Labelled>
              <Labelled label={PLAN.returnWindow} problem={shown.get('/returnWindowDays')} required>
                {(id) => (
                  <InputNumber
                    id={id}
                    style={{ width: '100%' }}
                    min={0}
                    max={365}
                    value={draft.returnWindowDays}
                    onChange={(returnWindowDays) => set({ returnWindowDays })}
                  />
                )}
              </Labelled>
              <Labelled label={PLAN.attributionDays} problem={shown.get('/attributionDays')} required>
                {(id) => (
                  <InputNumber
                    id={id}
                    style={{ width: '100%' }}
                    min={0}
                    max={3650}
                    value={draft.attributionDays}
                    onChange={(attributionDays) => set({ attributionDays })}
                  />
                )}
              </Labelled>
              <Labelled label={PLAN.inactiveUpline}>
                {(id) => (
                  <Select
                    id={id}
                    value={draft.inactiveUpline}
                    onChange={(inactiveUpline) => set({ inactiveUpline })}
                    options={[
                      { value: 'forfeit' as const, label: t(PLAN.forfeit) },
                      { value: 'next_up' as const, label: t(PLAN.nextUp) },
                    ]}
                  />
                )}
              </Labelled>
              <Labelled label={PLAN.automatic}>
                {(id) => (
                  <Switch
                    id={id}
                    checked={draft.automaticRelease}
                    onChange={(automaticRelease) => set({ automaticRelease })}
                  />
                )}
              </Labelled>
            </div>
          </Panel>
          <p className="muted">{t(TEXTS.order)}</p>
          {draft.levels.map((level, index) => (
            <LevelEditor
              key={level.key}
              level={level}
              number={index + 1}
              currency={currency}
              problems={shown}
              onChange={(change) => setLevel(index, change)}
              onRemove={
                draft.levels.length > 1 && index === draft.levels.length - 1
                  ? () => set({ levels: draft.levels.slice(0, -1) })
                  : undefined
              }
            />
          ))}
          {draft.levels.length > FREE_LEVELS && (
            <Alert type="warning" showIcon style={{ marginBottom: 12 }} title={t(TEXTS.thirdLevel)} />
          )}
          {draft.levels.length < 3 && (
            <Button
              icon={<PlusOutlined />}
              onClick={() => set({ levels: [...draft.levels, newLevel(currency)] })}
            >
              {t(TEXTS.addLevel)}
            </Button>
          )}
          <p className="muted">
            {t(TEXTS.saveHint)} {t(TEXTS.keeps)}
          </p>
        </div>
        <PlanPreview
          terms={problems.size === 0 || termsAreComplete ? terms : undefined}
          levels={draft.levels.length}
        />
      </div>
    </Page>
  );
}

/** What is wrong: what is seen here, and what the server says of terms that look right here. */
function useServerProblems(terms: Terms | undefined, local: Map<string, Text>): Problems {
  const text = terms && JSON.stringify(terms);
  const [asked, setAsked] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), 400);
    return () => clearTimeout(timer);
  }, [text]);
  const answer = useQuery({
    queryKey: ['plan-validation', asked],
    queryFn: () =>
      data(api.POST('/v1/commission-plans/validate', { body: { terms: JSON.parse(asked!) as unknown } })),
    enabled: asked !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!terms || asked !== text || !answer.data) return local;
  const problems = new Map(local);
  for (const { pointer, detail } of answer.data.problems) {
    if (!problems.has(pointer)) problems.set(pointer, { zh: detail, en: detail });
  }
  return problems;
}

interface LabelledProps {
  label: Text;
  problem?: Text;
  required?: boolean;
  children: (id: string) => ReactNode;
}

/** A field with its label above and what is wrong with it below. */
function Labelled({ label, problem, required, children }: LabelledProps) {
  const t = useT();
  const id = useId();
  return (
    <div className={problem ? 'plan-field has-problem' : 'plan-field'}>
      <label htmlFor={id}>
        {t(label)}
        {required && <span aria-hidden> *</span>}
      </label>
      {children(id)}
      {problem && <Problem text={problem} />}
    </div>
  );
}

function Problem({ text }: { text: Text }) {
  return (
    <div className="plan-problem" role="alert">
      {useT()(text)}
    </div>
  );
}

interface LevelEditorProps {
  level: DraftLevel;
  number: number;
  currency: string;
  problems: Problems;
  onChange: (change: Partial<DraftLevel>) => void;
  onRemove?: () => void;
}

function LevelEditor({ level, number, currency, problems, onChange, onRemove }: LevelEditorProps) {
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
              {subjectProblem && <Problem text={subjectProblem} />}
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

/** A problem of a field or of anything within it. */
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
      {problem && <Problem text={problem} />}
    </div>
  );
}
