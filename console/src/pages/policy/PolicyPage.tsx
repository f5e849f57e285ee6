import { Alert } from 'antd';
import { policyNames } from '../../../../domain/policyNames';
import { STAFF } from '../../../../domain/roles';
import { ACTORS } from '../../../../domain/words/events';
import { WORDS } from '../../../../domain/words/glossary';
import type { Action } from '../../actions/ActionBar';
import { maybeText, textOf } from '../../actions/values';
import { api, data } from '../../api/client';
import { ProblemError } from '../../api/problem';
import type { Answer } from '../../api/types';
import { DetailPage } from '../../detail/DetailPage';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { PlainTable } from '../../ui/PlainTable';

type Policy = Answer<'/v1/policies/{id}'>;

const TEXTS = {
  overview: { zh: '概要', en: 'Overview' },
  terms: { zh: '内容', en: 'Terms' },
  created: { zh: '创建', en: 'Created' },
  approved: { zh: '批准', en: 'Approved' },
  activated: { zh: '启用', en: 'Activated' },
  from: { zh: '从何时起生效', en: 'In force from' },
  fromHelp: {
    zh: '留空则立即生效。只用于此后的判断；以前的判断仍按当时的版本。',
    en: 'Leave empty to activate now. It judges only what becomes known after that; what was judged before keeps its version.',
  },
  change: { zh: '新建版本', en: 'New version' },
  changeHelp: { zh: 'JSON，从当前版本修改。', en: 'JSON, changed from this version.' },
  changed: { zh: '已创建草稿', en: 'Draft created' },
  notJson: { zh: '不是有效的 JSON', en: 'This is not valid JSON' },
  needsApproval: {
    zh: '启用前须由另一人批准。',
    en: 'Another person must approve this version before it is activated.',
  },
  differences: { zh: '与上一版的差异', en: 'Differences from the version before' },
  same: { zh: '没有差异。', en: 'No differences.' },
  place: { zh: '位置', en: 'Place' },
  before: { zh: '以前', en: 'Before' },
  after: { zh: '现在', en: 'Now' },
} satisfies Record<string, Text>;

const jsonOf = (value: unknown) => JSON.stringify(value, null, 2);

/** One version of a policy: terms, differences from the version before, approval and activation. */
export default function PolicyPage() {
  const t = useT();
  const id = usePageId();
  return (
    <DetailPage
      kind="policy"
      id={id}
      load={(signal) => data(api.GET('/v1/policies/{id}', { params: { path: { id: Number(id) } }, signal }))}
      title={({ kind, version }) =>
        `${t(policyNames[kind])} · ${t({ zh: `第 ${version} 版`, en: `version ${version}` })}`
      }
      state={({ state }) => state}
      actions={(policy) => actionsOf(policy, t(TEXTS.notJson))}
    >
      {(policy) => <PolicyView policy={policy} />}
    </DetailPage>
  );
}

function actionsOf(policy: Policy, notJson: string): Action[] {
  const path = { id: policy.id };
  const { mayDecide: decides } = policy;
  const isDraft = policy.state === 'draft';
  return [
    {
      key: 'activate',
      label: TEXTS.activated,
      shortcut: 'a',
      roles: STAFF,
      available: decides && isDraft && !policy.needsApproval,
      primary: true,
      fields: [{ name: 'effectiveFrom', label: TEXTS.from, kind: 'time', help: TEXTS.fromHelp }],
      run: (values, header) => {
        const effectiveFrom = maybeText(values, 'effectiveFrom');
        return api.POST('/v1/policies/{id}/activate', {
          params: { path, header },
          body: effectiveFrom === undefined ? {} : { effectiveFrom },
        });
      },
      done: { zh: '已启用', en: 'Activated' },
    },
    {
      key: 'approve',
      label: TEXTS.approved,
      roles: STAFF,
      available: decides && isDraft && policy.needsApproval,
      primary: true,
      fields: [{ name: 'note', label: WORDS.note, kind: 'textarea', maxLength: 1000 }],
      run: (values, header) => {
        const note = maybeText(values, 'note');
        return api.POST('/v1/policies/{id}/approve', {
          params: { path, header },
          body: note === undefined ? {} : { note },
        });
      },
      done: { zh: '已批准', en: 'Approved' },
    },
    {
      key: 'change',
      label: TEXTS.change,
      roles: STAFF,
      available: decides,
      fields: [
        {
          name: 'terms',
          label: TEXTS.terms,
          kind: 'textarea',
          maxLength: 100_000,
          required: true,
          initial: jsonOf(policy.terms),
          help: TEXTS.changeHelp,
        },
      ],
      run: (values, header) => {
        const terms = termsOf(textOf(values, 'terms'), notJson);
        return api.POST('/v1/policies', { params: { header }, body: { kind: policy.kind, terms } });
      },
      done: TEXTS.changed,
    },
  ];
}

/** @throws ProblemError at the field where the text is no JSON object */
function termsOf(text: string, notJson: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new ProblemError(422, 'body_not_valid', notJson, [{ pointer: '/terms', detail: notJson }]);
  }
}

function PolicyView({ policy }: { policy: Policy }) {
  const t = useT();
  const by = (name: string | null, at: string | null) =>
    at ? (
      <span key={at}>
        <TimeText at={at} /> {name}
      </span>
    ) : undefined;
  return (
    <>
      {policy.needsApproval && (
        <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t(TEXTS.needsApproval)} />
      )}
      <Panel title={TEXTS.overview}>
        <Facts
          facts={[
            [
              TEXTS.created,
              by(
                ACTORS[policy.createdBy] ? t(ACTORS[policy.createdBy]!) : policy.createdBy,
                policy.createdAt,
              ),
            ],
            [TEXTS.approved, by(policy.approvedBy, policy.approvedAt)],
            [TEXTS.activated, policy.version > 1 ? by(policy.activatedBy, policy.activatedAt) : undefined],
            [TEXTS.from, policy.version > 1 ? by(null, policy.effectiveFrom) : undefined],
          ]}
        />
      </Panel>
      {policy.comparedWith !== null && (
        <Panel title={TEXTS.differences}>
          <PlainTable
            rows={policy.differences}
            keyOf={({ pointer }) => pointer}
            empty={t(TEXTS.same)}
            columns={[
              { title: t(TEXTS.place), render: ({ pointer }) => <code>{pointer}</code> },
              { title: t(TEXTS.before), render: ({ before }) => <Value value={before} /> },
              { title: t(TEXTS.after), render: ({ after }) => <Value value={after} /> },
            ]}
          />
        </Panel>
      )}
      <Panel title={TEXTS.terms}>
        <pre className="wide-content">{jsonOf(policy.terms)}</pre>
      </Panel>
    </>
  );
}

function Value({ value }: { value: unknown }) {
  return value === undefined ? '–' : <code>{JSON.stringify(value)}</code>;
}
