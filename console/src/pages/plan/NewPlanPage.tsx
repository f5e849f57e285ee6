import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api, data } from '../../api/client';
import { useSend } from '../../api/useSend';
import { useMe } from '../../app/session';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { Page } from '../../ui/Page';
import { useProblemText } from '../../ui/problems';
import { KeptDraftNotice } from './KeptDraftNotice';
import { type KeptDraft, keptDraftOf } from './keptDraft';
import { LevelEditor } from './LevelEditor';
import { PlanField } from './PlanField';
import { FREE_LEVELS } from './PlanPage';
import { PlanPreview } from './PlanPreview';
import { TermsFields } from './TermsFields';
import {
  checkDraft,
  type Draft,
  type DraftLevel,
  isMissing,
  newDraft,
  newLevel,
  PLAN,
  toDraft,
  toTerms,
} from './terms';
import { usePlanProblems } from './usePlanProblems';
import './plans.css';

const TEXTS = {
  title: { zh: '新建佣金方案版本', en: 'New commission plan version' },
  from: { zh: '以哪个版本为基础', en: 'Based on version' },
  blank: { zh: '空白', en: 'Blank' },
  terms: { zh: '基本条款', en: 'Terms' },
  addLevel: { zh: '增加一级', en: 'Add level' },
  thirdLevel: {
    zh: '第三级须由合规人员确认后才能启用（《禁止传销条例》第七条）。',
    en: 'A plan with a third level must be acknowledged by a compliance officer before it can be activated.',
  },
  order: {
    zh: '越具体越优先：商品+等级 → 商品 → 品类+等级 → 品类 → 等级 → 默认。填 0 表示明确不付佣金。',
    en: 'The most specific rule applies: product with tier, product, category with tier, category, tier, default. Enter 0 to pay no commission.',
  },
  save: { zh: '保存为草稿', en: 'Save as draft' },
  saveHint: {
    zh: '保存后不会生效，需在方案页启用。',
    en: 'The version takes effect only after you activate it on the plan page.',
  },
  keeps: {
    zh: '填写内容自动保存在本浏览器，离开后可继续。',
    en: 'Your entries are saved in this browser; you can leave and continue later.',
  },
  wrong: { zh: '还有未填好的项', en: 'Some fields are invalid' },
} satisfies Record<string, Text>;

/** Editor of a new plan version, validated while typing, with a sample order. */
export default function NewPlanPage() {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const problemText = useProblemText();
  const { currency } = me.brand;
  const [params, setParams] = useSearchParams();
  const from = params.get('from') ?? '';
  const [store] = useState(() => keptDraftOf(me.user.id));
  // Draft found when the page opens; offered until it is continued, discarded or replaced.
  const [kept, setKept] = useState(() => store.read());
  const [draft, setDraft] = useState<Draft>(() => newDraft(currency));
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();
  const { send } = useSend();

  const versions = useQuery({
    queryKey: ['plan-versions'],
    queryFn: () => data(api.GET('/v1/commission-plans', { params: { query: { limit: 100 } } })),
    staleTime: 60_000,
  });
  const base = versions.data?.items.find(({ id }) => String(id) === from);
  const filledFrom = useRef('');
  useEffect(() => {
    // Once per choice, so that later input is kept when the versions are refreshed.
    if (!base || filledFrom.current === from) return;
    filledFrom.current = from;
    setDraft((present) => ({ ...present, ...toDraft(base, currency) }));
  }, [base, from, currency]);

  const local = checkDraft(draft);
  const termsAreComplete = [...local.keys()].every((pointer) => pointer === '/name');
  const terms = termsAreComplete ? toTerms(draft) : undefined;
  const problems = usePlanProblems(terms, local);
  // Do not report empty fields before the user had a chance to fill them in.
  const shown = tried ? problems : new Map([...problems].filter(([, problem]) => !isMissing(problem)));

  const set = (change: Partial<Draft>) => {
    const next = { ...draft, ...change };
    setDraft(next);
    setKept(undefined);
    store.write({ draft: next, from, typedAt: new Date().toISOString() });
  };
  const resume = ({ draft: found, from: begunFrom }: KeptDraft) => {
    // Do not fill from the version again.
    filledFrom.current = begunFrom;
    setParams(begunFrom ? { from: begunFrom } : {}, { replace: true });
    setDraft(found);
    setKept(undefined);
  };
  const discard = () => {
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
    setSaving(true);
    try {
      const plan = await data(
        send(body, (header) => api.POST('/v1/commission-plans', { params: { header }, body })),
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
      {kept && <KeptDraftNotice kept={kept} onResume={() => resume(kept)} onDiscard={discard} />}
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
              <PlanField label={TEXTS.from}>
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
              </PlanField>
              <PlanField label={PLAN.name} problem={shown.get('/name')} required>
                {(id) => (
                  <Input
                    id={id}
                    maxLength={200}
                    value={draft.name}
                    onChange={({ target }) => set({ name: target.value })}
                  />
                )}
              </PlanField>
              <TermsFields draft={draft} problems={shown} onChange={set} />
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
