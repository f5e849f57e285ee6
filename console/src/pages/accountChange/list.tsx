import { ACCOUNT_FIELDS } from '../../../../domain/accountChange';
import { kinds } from '../../../../domain/kinds';
import { WORDS } from '../../../../domain/words/glossary';
import { ACCOUNT_FIELD_NAMES } from '../../../../domain/words/names';
import { ACCOUNT_CHANGE } from '../../../../domain/words/titles';
import type { Item } from '../../api/types';
import { shortId, ThingLink } from '../../detail/Links';
import { defineList } from '../../list/definition';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { YES_NO } from '../shared/financeWords';
import { stateOptions } from '../shared/options';

export type AccountChange = Item<'/v1/account-changes'>;

/** What is changed. */
export function FieldText({ field }: Pick<AccountChange, 'field'>) {
  return useT()(ACCOUNT_FIELD_NAMES[field]);
}

/** A value before or after the change; of a bank account with bank and holder. */
export function ValueText({ value, holder, bankName }: AccountChange['from']) {
  return (
    <span style={{ overflowWrap: 'anywhere' }}>
      {value ? [bankName, value, holder].filter(Boolean).join(' ') : '–'}
    </span>
  );
}

/** All account changes. */
export const accountChangeList = defineList({
  key: 'account-changes',
  path: '/v1/account-changes',
  title: ACCOUNT_CHANGE.title,
  defaultSort: '-requestedAt',
  idOf: ({ id }) => id,
  href: ({ id }) => `/account-changes/${id}`,
  columns: [
    { key: 'id', title: WORDS.id, render: ({ id }) => shortId(id) },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'distributor',
      title: WORDS.distributor,
      render: ({ distributorId, distributorName }) => (
        <ThingLink kind="distributor" id={distributorId}>
          {distributorName}
        </ThingLink>
      ),
    },
    { key: 'field', title: ACCOUNT_CHANGE.field, render: ({ field }) => <FieldText field={field} /> },
    { key: 'from', title: ACCOUNT_CHANGE.from, render: ({ from }) => <ValueText {...from} /> },
    { key: 'to', title: ACCOUNT_CHANGE.to, render: ({ to }) => <ValueText {...to} /> },
    {
      key: 'requestedAt',
      title: ACCOUNT_CHANGE.requestedAt,
      sort: 'requestedAt',
      render: ({ requestedAt }) => <TimeText at={requestedAt} />,
    },
    { key: 'requestedBy', title: ACCOUNT_CHANGE.requestedBy, render: ({ requestedBy }) => requestedBy },
    {
      key: 'effectiveAt',
      title: ACCOUNT_CHANGE.effectiveAt,
      render: ({ effectiveAt }) => <TimeText at={effectiveAt} />,
    },
    { key: 'note', title: ACCOUNT_CHANGE.note, hidden: true, render: ({ note }) => note ?? '–' },
    { key: 'reason', title: WORDS.reason, hidden: true, render: ({ reason }) => reason ?? '–' },
  ],
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: stateOptions(kinds.account_change.states),
    },
    { param: 'awaitingMe', label: { zh: '等我处理', en: 'Waiting for me' }, kind: 'select', options: YES_NO },
    {
      param: 'field',
      label: ACCOUNT_CHANGE.field,
      kind: 'select',
      options: ACCOUNT_FIELDS.map((value) => ({ value, label: ACCOUNT_FIELD_NAMES[value] })),
    },
    { param: 'distributorId', label: WORDS.distributor, kind: 'distributor' },
    { param: 'requestedAfter', label: { zh: '申请起', en: 'Requested from' }, kind: 'from', rare: true },
    { param: 'requestedBefore', label: { zh: '申请止', en: 'Requested until' }, kind: 'until', rare: true },
  ],
  empty: {
    title: { zh: '还没有资料变更', en: 'No account changes yet' },
    hint: {
      zh: '分销商或工作人员申请变更收款账户、手机号、邮箱或名称后，显示在这里。',
      en: 'When a distributor or staff request a change of payout account, phone number, email address or name, it appears here.',
    },
  },
});
