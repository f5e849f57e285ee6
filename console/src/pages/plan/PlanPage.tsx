import { Alert, Button } from 'antd';
import { Link } from 'react-router';
import { COMPLIANCE, FINANCE } from '../../../../domain/roles';
import type { Action } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import { useIsRole } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { TermsView } from './TermsView';
import { PLAN, type Plan } from './terms';

/** Above this number of levels a compliance officer must acknowledge the plan. 《禁止传销条例》第七条. */
export const FREE_LEVELS = 2;

const TEXTS = {
  overview: { zh: '概要', en: 'Overview' },
  activate: { zh: '启用', en: 'Activate' },
  activated: { zh: '已启用', en: 'Activated' },
  from: { zh: '从何时起生效', en: 'In force from' },
  fromHelp: {
    zh: '留空则立即生效。只影响此后支付的订单；已有订单仍按原方案。',
    en: 'Leave empty to activate now. Applies only to orders paid after that; existing orders keep their plan.',
  },
  unchanging: {
    zh: '启用后条款不能再修改，只能以新版本取代。',
    en: 'After activation the terms cannot be changed; only a new version can replace them.',
  },
  acknowledge: { zh: '合规确认', en: 'Acknowledge' },
  acknowledged: { zh: '已确认', en: 'Acknowledged' },
  statement: { zh: '确认声明', en: 'Statement' },
  statementHelp: {
    zh: '您的姓名和声明会与方案一起保存。依据《禁止传销条例》第七条。',
    en: 'Your name and statement are stored with the plan (《禁止传销条例》第七条).',
  },
  needsAcknowledgement: {
    zh: '三级方案须先由合规人员确认，才能启用。',
    en: 'A plan with three levels must be acknowledged by a compliance officer before it can be activated.',
  },
  copy: { zh: '以此新建版本', en: 'Create version from this' },
  acknowledgement: { zh: '合规声明', en: 'Compliance statement' },
  written: { zh: '创建时间', en: 'Created' },
  activatedAt: { zh: '启用操作时间', en: 'Activated' },
  notYet: { zh: '尚未启用', en: 'Not activated' },
} satisfies Record<string, Text>;

/** One version of the commission plan: terms and activation. */
export default function PlanPage() {
  const id = usePageId();
  const t = useT();
  const mayWrite = useIsRole('admin', 'finance');
  return (
    <DetailPage
      kind="plan"
      id={id}
      load={(signal) =>
        data(api.GET('/v1/commission-plans/{id}', { params: { path: { id: Number(id) } }, signal }))
      }
      title={(plan) => `${t(PLAN.one)} #${plan.id} · ${plan.name}`}
      state={({ state }) => state}
      actions={actionsOf}
    >
      {(plan) => (
        <>
          {waitsForCompliance(plan) && (
            <Alert
              type="warning"
              showIcon
              style={{ marginBottom: 16 }}
              title={t(TEXTS.needsAcknowledgement)}
            />
          )}
          <Panel
            title={TEXTS.overview}
            extra={
              mayWrite && (
                <Link to={`/commission-plans/new?from=${plan.id}`}>
                  <Button size="small">{t(TEXTS.copy)}</Button>
                </Link>
              )
            }
          >
            <Facts
              facts={[
                [
                  PLAN.effectiveFrom,
                  plan.effectiveFrom ? <TimeText key="from" at={plan.effectiveFrom} /> : t(TEXTS.notYet),
                ],
                [TEXTS.written, <TimeText key="written" at={plan.createdAt} />],
                [
                  TEXTS.activatedAt,
                  plan.activatedAt ? <TimeText key="activated" at={plan.activatedAt} /> : undefined,
                ],
                [TEXTS.acknowledgement, plan.acknowledgement ?? undefined],
              ]}
            />
          </Panel>
          <TermsView terms={plan.terms} />
        </>
      )}
    </DetailPage>
  );
}

const waitsForCompliance = ({ terms, acknowledgedBy }: Plan) =>
  terms.levels.length > FREE_LEVELS && acknowledgedBy === null;

function actionsOf(plan: Plan): Action[] {
  const path = { id: plan.id };
  return [
    {
      key: 'activate',
      label: TEXTS.activate,
      shortcut: 'a',
      roles: FINANCE,
      available: plan.state === 'draft' && !waitsForCompliance(plan),
      primary: true,
      summary: <UnchangeableNote />,
      fields: [{ name: 'effectiveFrom', label: TEXTS.from, kind: 'time', help: TEXTS.fromHelp }],
      done: TEXTS.activated,
      run: ({ effectiveFrom }, header) =>
        api.POST('/v1/commission-plans/{id}/activate', {
          params: { path, header },
          body: effectiveFrom === undefined ? {} : { effectiveFrom: String(effectiveFrom) },
        }),
    },
    {
      key: 'acknowledge',
      label: TEXTS.acknowledge,
      roles: COMPLIANCE,
      available: waitsForCompliance(plan),
      primary: true,
      fields: [
        {
          name: 'statement',
          label: TEXTS.statement,
          kind: 'textarea',
          required: true,
          maxLength: 2000,
          help: TEXTS.statementHelp,
        },
      ],
      done: TEXTS.acknowledged,
      run: ({ statement }, header) =>
        api.POST('/v1/commission-plans/{id}/acknowledge', {
          params: { path, header },
          body: { statement: String(statement) },
        }),
    },
  ];
}

function UnchangeableNote() {
  return <>{useT()(TEXTS.unchanging)}</>;
}
