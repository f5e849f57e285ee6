import { Alert } from 'antd';
import { CONTROLLERS, REVIEWERS, STAFF } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { ACCOUNT_FIELD_NAMES } from '../../../../domain/words/names';
import { ACCOUNT_CHANGE } from '../../../../domain/words/titles';
import type { Action } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { useMe } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { Reveal } from '../../detail/Reveal';
import { usePageId } from '../../detail/usePageId';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { CheckList } from '../application/Checks';
import { Approvals } from '../shared/Approvals';
import { ValueText } from './list';
import '../shared/finance.css';

type Change = Answer<'/v1/account-changes/{id}'>;

const TEXTS = {
  overview: { zh: '变更', en: 'Change' },
  checks: { zh: '自动检查', en: 'Automatic checks' },
  approvals: { zh: '审批', en: 'Approval' },
  approve: { zh: '批准', en: 'Approve' },
  approved: { zh: '已批准', en: 'Approved' },
  confirm: { zh: '确认', en: 'Confirm' },
  confirmed: { zh: '已确认，过等待期后生效', en: 'Confirmed; it takes effect after the waiting period' },
  reject: { zh: '驳回', en: 'Reject' },
  rejected: { zh: '已驳回，资料保持不变', en: 'Rejected; nothing is changed' },
  seen: { zh: '分销商会看到这个原因。', en: 'The distributor sees this reason.' },
  noteForChecks: {
    zh: '有检查未通过时必须填写：为什么仍然批准。仅内部可见。',
    en: 'Required if a check failed: why it is approved anyway. Internal.',
  },
  internal: { zh: '仅内部可见。', en: 'Internal.' },
  second: {
    zh: '已批准。收款账户须由另一位同事确认，之后过等待期生效。',
    en: 'Approved. A second person must confirm a payout account; it then takes effect after the waiting period.',
  },
  address: {
    zh: '已批准。确认邮件已发送到新邮箱，等待分销商打开其中的链接。',
    en: 'Approved. A link was sent to the new address and has not been opened yet.',
  },
  waiting: {
    zh: '在生效之前，原资料有效，变更可以取消或驳回。',
    en: 'Until it takes effect, the previous data applies and the change can be canceled or rejected.',
  },
} satisfies Record<string, Text>;

/** One account change: old beside new, checks, approval and progress. */
export default function AccountChangePage() {
  const t = useT();
  const me = useMe();
  const id = usePageId();
  return (
    <DetailPage
      kind="account_change"
      id={id}
      process="account_change"
      load={(signal) => data(api.GET('/v1/account-changes/{id}', { params: { path: { id } }, signal }))}
      title={({ field, distributorName }) => {
        const { zh, en } = ACCOUNT_FIELD_NAMES[field];
        return `${t({ zh: `变更${zh}`, en: `Change of ${en.toLowerCase()}` })} · ${distributorName}`;
      }}
      state={({ state }) => state}
      actions={(change) => actionsOf(change, me.user.id)}
    >
      {(change) => <ChangeView change={change} />}
    </DetailPage>
  );
}

function actionsOf(change: Change, userId: string): Action[] {
  const { state, confirmation, from, to } = change;
  const path = { id: change.id };
  const isOpen = state === 'requested' || state === 'approved' || state === 'confirmed';
  const isFirst = change.approvals.some((approval) => approval.userId === userId);
  const summary = (
    <span>
      <ValueText {...from} /> →{' '}
      <span className="strong">
        <ValueText {...to} />
      </span>
    </span>
  );
  const noted = ({ note }: Record<string, unknown>) => (note === undefined ? {} : { note: String(note) });
  return [
    {
      key: 'approve',
      label: TEXTS.approve,
      shortcut: 'a',
      roles: REVIEWERS,
      available: state === 'requested',
      primary: true,
      summary,
      fields: [
        {
          name: 'note',
          label: WORDS.note,
          kind: 'textarea',
          required: change.checks.some(({ passed }) => !passed),
          help: TEXTS.noteForChecks,
        },
      ],
      done: TEXTS.approved,
      run: (body, header) =>
        api.POST('/v1/account-changes/{id}/approve', { params: { path, header }, body: noted(body) }),
    },
    {
      key: 'confirm',
      label: TEXTS.confirm,
      shortcut: 'c',
      roles: CONTROLLERS,
      available: state === 'approved' && confirmation === 'second_person' && !isFirst,
      primary: true,
      summary,
      fields: [{ name: 'note', label: WORDS.note, kind: 'textarea', help: TEXTS.internal }],
      done: TEXTS.confirmed,
      run: (body, header) =>
        api.POST('/v1/account-changes/{id}/confirm', { params: { path, header }, body: noted(body) }),
    },
    {
      key: 'reject',
      label: TEXTS.reject,
      shortcut: 'x',
      roles: CONTROLLERS,
      available: isOpen,
      danger: true,
      summary,
      fields: [{ name: 'reason', label: WORDS.reason, kind: 'textarea', required: true, help: TEXTS.seen }],
      done: TEXTS.rejected,
      run: ({ reason }, header) =>
        api.POST('/v1/account-changes/{id}/reject', {
          params: { path, header },
          body: { reason: String(reason) },
        }),
    },
    {
      key: 'cancel',
      label: ACCOUNT_CHANGE.cancel,
      roles: STAFF,
      available: isOpen,
      danger: true,
      summary,
      fields: [{ name: 'reason', label: WORDS.reason, kind: 'textarea', help: TEXTS.seen }],
      done: ACCOUNT_CHANGE.canceled,
      run: ({ reason }, header) =>
        api.POST('/v1/account-changes/{id}/cancel', {
          params: { path, header },
          body: reason === undefined ? {} : { reason: String(reason) },
        }),
    },
  ];
}

const HINTS: Record<Change['confirmation'], Text> = {
  second_person: TEXTS.second,
  new_address: TEXTS.address,
  none: TEXTS.waiting,
};

function ChangeView({ change }: { change: Change }) {
  const t = useT();
  const { state, confirmation, reason, field } = change;
  const hint = state === 'approved' ? HINTS[confirmation] : state === 'confirmed' ? TEXTS.waiting : undefined;
  return (
    <>
      {hint && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t(hint)} />}
      {reason && (
        <Alert
          type={state === 'rejected' ? 'error' : 'info'}
          showIcon
          style={{ marginBottom: 16 }}
          title={t(state === 'rejected' ? TEXTS.rejected : ACCOUNT_CHANGE.canceled)}
          description={reason}
        />
      )}
      <Panel title={TEXTS.overview}>
        <Facts
          facts={[
            [ACCOUNT_CHANGE.from, <ChangedValue key="from" change={change} side="from" />],
            [ACCOUNT_CHANGE.to, <ChangedValue key="to" change={change} side="to" />],
            [
              WORDS.distributor,
              <ThingLink key="distributor" kind="distributor" id={change.distributorId}>
                {change.distributorName}
              </ThingLink>,
            ],
            [ACCOUNT_CHANGE.field, t(ACCOUNT_FIELD_NAMES[field])],
            [ACCOUNT_CHANGE.note, change.note ?? undefined],
            [
              ACCOUNT_CHANGE.effectiveAt,
              change.effectiveAt ? <TimeText key="at" at={change.effectiveAt} /> : undefined,
            ],
          ]}
        />
      </Panel>
      <Panel title={TEXTS.checks}>
        <CheckList checks={change.checks} />
      </Panel>
      <Panel title={TEXTS.approvals}>
        <Approvals
          requestedBy={{
            name: change.requestedBy,
            at: change.requestedAt,
            label: ACCOUNT_CHANGE.requestedBy,
          }}
          approvals={change.approvals}
          needed={confirmation === 'second_person' ? 2 : 1}
          isOpen={state === 'requested' || state === 'approved'}
        />
      </Panel>
    </>
  );
}

/** A value; the number of a bank account can be shown in full. */
function ChangedValue({ change, side }: { change: Change; side: 'from' | 'to' }) {
  const { id, field } = change;
  const { value, holder, bankName } = change[side];
  if (field !== 'bank_account' || !value) return <ValueText {...change[side]} />;
  return (
    <span>
      <Reveal
        masked={value}
        label={ACCOUNT_CHANGE[side]}
        roles={CONTROLLERS}
        of="account-changes"
        id={id}
        field={side}
      />
      <div>
        {bankName} {holder}
      </div>
    </span>
  );
}
