import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { credentialTypes } from '../../../../domain/credentialTypes';
import { renewalCodes } from '../../../../domain/reasonCodes';
import { RENEWERS, REVIEWERS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import type { Action } from '../../actions/ActionBar';
import { maybeText } from '../../actions/values';
import { api, data } from '../../api/client';
import type { Answer, PostBody } from '../../api/types';
import { DetailPage } from '../../detail/DetailPage';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { DocumentViewer } from '../../documents/DocumentViewer';
import { REASON_CODES } from '../../locale/compliance';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { PlainTable } from '../../ui/PlainTable';
import { StateTag } from '../../ui/StateTag';
import { CheckList } from '../application/Checks';
import { CREDENTIAL, DaysLeft, DayText, EFFECTS, renewalBody, renewalFields } from './renewal';

type Credential = Answer<'/v1/credentials/{id}'>;
type Renewal = Credential['renewals'][number];

const TEXTS = {
  overview: { zh: '概要', en: 'Overview' },
  left: { zh: '剩余', en: 'Time left' },
  effect: { zh: '到期后', en: 'After expiry' },
  from: { zh: '到期生效于', en: 'Takes effect' },
  next: { zh: '下次提醒', en: 'Next reminder' },
  reminded: { zh: '已提醒', en: 'Reminded' },
  review: { zh: '待审核的续期', en: 'Renewal under review' },
  renewals: { zh: '续期记录', en: 'Renewals' },
  accept: { zh: '通过续期', en: 'Accept renewal' },
  accepted: {
    zh: '续期已通过，到期限制已解除',
    en: 'Renewal accepted; what the expiry restricted is lifted',
  },
  refuse: { zh: '拒绝续期', en: 'Refuse renewal' },
  refused: { zh: '已拒绝，分销商会收到原因', en: 'Refused; the distributor receives the reason' },
  noteNeeded: { zh: '仍然通过的理由', en: 'Reason for accepting despite failed checks' },
  added: { zh: '补充说明（发给分销商）', en: 'Additional message (sent to the distributor)' },
  internal: { zh: '内部备注（分销商看不到）', en: 'Internal note (not visible to the distributor)' },
  restricted: {
    zh: '已过期，分销商目前受限；续期通过后自动恢复。',
    en: 'Expired: the distributor is restricted at present. This ends automatically when a renewal is accepted.',
  },
  submitted: { zh: '提交于', en: 'Submitted' },
  period: { zh: '有效期', en: 'Validity' },
  decision: { zh: '处理', en: 'Decision' },
  now: { zh: '现在', en: 'At present' },
  renewed: { zh: '续期后', en: 'After renewal' },
} satisfies Record<string, Text>;

/** Whom a reminder is sent to. */
const CIRCLES: Record<'distributor' | 'sponsor' | 'compliance', Text> = {
  distributor: { zh: '分销商', en: 'distributor' },
  sponsor: { zh: '分销商、上级', en: 'distributor and sponsor' },
  compliance: { zh: '分销商、上级、合规', en: 'distributor, sponsor and compliance' },
};

/** One credential: its validity, what its expiry does, its reminders and renewals. */
export default function CredentialPage() {
  const t = useT();
  const id = usePageId();
  return (
    <DetailPage
      kind="credential"
      id={id}
      process="credential"
      load={(signal) => data(api.GET('/v1/credentials/{id}', { params: { path: { id } }, signal }))}
      title={({ type, distributorName }) =>
        `${t(credentialTypes[type] ?? { zh: type, en: type })} · ${distributorName}`
      }
      state={({ state }) => state}
      actions={actionsOf}
    >
      {(credential) => <CredentialView credential={credential} />}
    </DetailPage>
  );
}

const openRenewal = ({ renewals, openRenewalId }: Credential) =>
  renewals.find(({ id }) => id === openRenewalId);

function actionsOf(credential: Credential): Action[] {
  const { id } = credential;
  const renewal = openRenewal(credential);
  const failed = renewal?.checks.some(({ passed }) => !passed) ?? false;
  const path = { id, renewalId: renewal?.id ?? '' };
  return [
    {
      key: 'accept',
      label: TEXTS.accept,
      shortcut: 'a',
      roles: REVIEWERS,
      available: renewal !== undefined,
      primary: true,
      summary: renewal && <Comparison credential={credential} renewal={renewal} />,
      fields: [
        {
          name: 'note',
          label: failed ? TEXTS.noteNeeded : WORDS.note,
          kind: 'textarea',
          maxLength: 1000,
          required: failed,
        },
      ],
      done: TEXTS.accepted,
      run: (values, header) => {
        const note = maybeText(values, 'note');
        return api.POST('/v1/credentials/{id}/renewals/{renewalId}/accept', {
          params: { path, header },
          body: note === undefined ? {} : { note },
        });
      },
    },
    {
      key: 'refuse',
      label: TEXTS.refuse,
      shortcut: 'd',
      roles: REVIEWERS,
      available: renewal !== undefined,
      danger: true,
      fields: [
        {
          name: 'reasonCode',
          label: WORDS.reason,
          kind: 'select',
          required: true,
          options: renewalCodes.map((code) => ({
            value: code,
            label: REASON_CODES[code] ?? { zh: code, en: code },
          })),
        },
        { name: 'reason', label: TEXTS.added, kind: 'textarea', maxLength: 2000 },
        { name: 'note', label: TEXTS.internal, kind: 'textarea', maxLength: 1000 },
      ],
      done: TEXTS.refused,
      run: (body, header) =>
        api.POST('/v1/credentials/{id}/renewals/{renewalId}/refuse', {
          params: { path, header },
          body: body as PostBody<'/v1/credentials/{id}/renewals/{renewalId}/refuse'>,
        }),
    },
    {
      key: 'renew',
      label: CREDENTIAL.renew,
      shortcut: 'r',
      roles: RENEWERS,
      available: renewal === undefined,
      fields: renewalFields,
      done: CREDENTIAL.renewed,
      run: async (values, header) =>
        api.POST('/v1/credentials/{id}/renewals', {
          params: { path: { id }, header },
          body: await renewalBody(values),
        }),
    },
  ];
}

function CredentialView({ credential }: { credential: Credential }) {
  const t = useT();
  const renewal = openRenewal(credential);
  const { nextReminder, reminders, restrictedFrom } = credential;
  return (
    <>
      {credential.restricted && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t(TEXTS.restricted)} />
      )}
      {renewal && (
        <Panel title={TEXTS.review}>
          <Comparison credential={credential} renewal={renewal} />
          <CheckList checks={renewal.checks} />
          {renewal.documents.length > 0 && (
            <DocumentViewer documents={renewal.documents} label={({ name }) => name} />
          )}
        </Panel>
      )}
      <Panel title={TEXTS.overview}>
        <Facts
          facts={[
            [
              WORDS.distributor,
              <ThingLink key="distributor" kind="distributor" id={credential.distributorId}>
                {credential.distributorName}
              </ThingLink>,
            ],
            [CREDENTIAL.number, <code key="number">{credential.numberMasked}</code>],
            [CREDENTIAL.holder, credential.holder],
            [CREDENTIAL.validFrom, <DayText key="from" day={credential.validFrom} />],
            [CREDENTIAL.validUntil, <DayText key="until" day={credential.validUntil} />],
            [
              TEXTS.left,
              credential.validUntil ? <DaysLeft key="left" days={credential.daysLeft} /> : undefined,
            ],
            [TEXTS.effect, credential.validUntil ? t(EFFECTS[credential.effect]) : undefined],
            [TEXTS.from, restrictedFrom ? <TimeText key="restricted" at={restrictedFrom} /> : undefined],
            [
              TEXTS.next,
              nextReminder ? (
                <span key="next">
                  <TimeText at={nextReminder.at} /> ({t(CIRCLES[nextReminder.to])})
                </span>
              ) : undefined,
            ],
            [
              TEXTS.reminded,
              reminders.length > 0
                ? reminders.map(({ at, daysBefore, recipients }) => (
                    <div key={daysBefore}>
                      <TimeText at={at} /> {recipients.join(', ')}
                    </div>
                  ))
                : undefined,
            ],
          ]}
        />
      </Panel>
      {credential.renewals.length > 0 && (
        <Panel title={TEXTS.renewals}>
          <PlainTable
            rows={credential.renewals}
            keyOf={({ id }) => id}
            empty=""
            columns={[
              { title: t(WORDS.state), render: ({ state }) => <StateTag state={state} /> },
              { title: t(CREDENTIAL.number), render: ({ numberMasked }) => numberMasked },
              {
                title: t(TEXTS.period),
                render: ({ validFrom, validUntil }) => (
                  <>
                    <DayText day={validFrom} /> – <DayText day={validUntil} />
                  </>
                ),
              },
              { title: t(TEXTS.submitted), render: ({ submittedAt }) => <TimeText at={submittedAt} /> },
              { title: t(TEXTS.decision), render: (one) => <Decision renewal={one} /> },
            ]}
          />
        </Panel>
      )}
    </>
  );
}

function Decision({ renewal: { decidedAt, decidedBy, reason, note } }: { renewal: Renewal }) {
  if (!decidedAt) return '–';
  return (
    <>
      <TimeText at={decidedAt} /> {decidedBy}
      {[reason, note].filter(Boolean).map((text) => (
        <div key={text} className="muted">
          {text}
        </div>
      ))}
    </>
  );
}

/** The present validity beside the renewed one. */
function Comparison({ credential, renewal }: { credential: Credential; renewal: Renewal }) {
  const rows: { label: Text; now: ReactNode; renewed: ReactNode }[] = [
    { label: CREDENTIAL.number, now: credential.numberMasked, renewed: renewal.numberMasked },
    { label: CREDENTIAL.holder, now: credential.holder, renewed: renewal.holder },
    {
      label: CREDENTIAL.validFrom,
      now: <DayText day={credential.validFrom} />,
      renewed: <DayText day={renewal.validFrom} />,
    },
    {
      label: CREDENTIAL.validUntil,
      now: <DayText day={credential.validUntil} />,
      renewed: <DayText day={renewal.validUntil} />,
    },
  ];
  const t = useT();
  return (
    <PlainTable
      rows={rows}
      keyOf={({ label }) => label.en}
      empty=""
      columns={[
        { title: '', render: ({ label }) => t(label) },
        { title: t(TEXTS.now), render: ({ now }) => now },
        { title: t(TEXTS.renewed), render: ({ renewed }) => <span className="strong">{renewed}</span> },
      ]}
    />
  );
}
