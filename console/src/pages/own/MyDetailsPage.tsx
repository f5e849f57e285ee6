import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Skeleton } from 'antd';
import { type ReactNode, useState } from 'react';
import type { AccountField } from '../../../../domain/accountChange';
import { ACCOUNT_FIELD_NAMES } from '../../../../domain/words/names';
import { ACCOUNT_CHANGE } from '../../../../domain/words/titles';
import { ActionDialog } from '../../actions/ActionDialog';
import { api, data } from '../../api/client';
import type { Item } from '../../api/types';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { TimeText } from '../../ui/format';
import { Page } from '../../ui/Page';
import { StateTag } from '../../ui/StateTag';
import { ChangeButton } from '../accountChange/ChangeButton';
import { FieldText, ValueText } from '../accountChange/list';
import { OwnList } from './OwnList';
import { useOwnId } from './useOwnId';
import '../shared/finance.css';

type Change = Item<'/v1/account-changes'>;

const TEXTS = {
  title: { zh: '我的资料', en: 'My details' },
  history: { zh: '变更记录', en: 'Changes' },
  none: { zh: '还没有变更。', en: 'No changes yet.' },
} satisfies Record<string, Text>;

/** Account and contact data of the signed-in distributor, and the changes of it. */
export default function MyDetailsPage() {
  const t = useT();
  const id = useOwnId();
  const own = useQuery({
    queryKey: ['thing', 'distributor', id],
    queryFn: () => data(api.GET('/v1/distributors/{id}', { params: { path: { id } } })),
    refetchInterval: 30_000,
  });
  if (own.error && !own.data) return <FullPageProblem error={own.error} retry={() => void own.refetch()} />;
  const { bankAccount, phone, email, name } = own.data ?? {};
  const values: Record<AccountField, ReactNode> = {
    name,
    phone,
    email,
    bank_account: bankAccount?.numberMasked
      ? `${bankAccount.bankName} ${bankAccount.numberMasked} ${bankAccount.holder}`
      : '–',
  };
  return (
    <Page title={t(TEXTS.title)}>
      <div className="narrow">
        {!own.data ? (
          <Skeleton active />
        ) : (
          <section className="panel" aria-label={t(TEXTS.title)}>
            <ul className="plain-list">
              {(Object.keys(values) as AccountField[]).map((field) => (
                <li key={field}>
                  <div className="own-head">
                    <span className="muted">{t(ACCOUNT_FIELD_NAMES[field])}</span>
                    <ChangeButton field={field} distributor={own.data} />
                  </div>
                  <div style={{ overflowWrap: 'anywhere' }}>{values[field]}</div>
                </li>
              ))}
            </ul>
          </section>
        )}
        <h2>{t(TEXTS.history)}</h2>
        <OwnList<Change>
          queryKey={['own-account-changes', id]}
          load={(cursor) =>
            data(
              api.GET('/v1/account-changes', { params: { query: { limit: 50, ...(cursor && { cursor }) } } }),
            )
          }
          idOf={(change) => change.id}
          render={(change) => <ChangeView change={change} />}
          empty={TEXTS.none}
        />
      </div>
    </Page>
  );
}

const APPROVED: Record<Change['confirmation'], Text> = {
  second_person: {
    zh: '审核已通过，等待第二人确认。',
    en: 'Approved, waiting for a second person to confirm.',
  },
  new_address: {
    zh: '审核已通过。请打开发送到新邮箱的链接。',
    en: 'Approved. Open the link that we sent to the new address.',
  },
  none: { zh: '审核已通过。', en: 'Approved.' },
};

function sentenceOf({ state, confirmation }: Change): Text {
  switch (state) {
    case 'requested':
      return { zh: '等待审核。', en: 'Waiting for the review.' };
    case 'approved':
      return APPROVED[confirmation];
    case 'confirmed':
      return { zh: '等待期结束后生效。', en: 'Takes effect after the waiting period.' };
    case 'in_effect':
      return { zh: '已生效。', en: 'In effect.' };
    case 'rejected':
      return { zh: '未通过，资料保持不变。', en: 'Not approved; nothing is changed.' };
    case 'canceled':
      return { zh: '已取消，资料保持不变。', en: 'Canceled; nothing is changed.' };
  }
}

function ChangeView({ change }: { change: Change }) {
  const t = useT();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [asking, setAsking] = useState(false);
  const { id, state, field, to, requestedAt, effectiveAt, endedAt, reason } = change;
  return (
    <>
      <div className="own-head">
        <span className="strong">
          <FieldText field={field} />
        </span>
        <StateTag state={state} />
      </div>
      <div>
        → <ValueText {...to} />
      </div>
      <div>
        {t(sentenceOf(change))} {state === 'confirmed' && effectiveAt && <TimeText at={effectiveAt} />}
      </div>
      {reason && (
        <div>
          {t({ zh: '原因：', en: 'Reason: ' })}
          {reason}
        </div>
      )}
      <div className="muted">
        {t({ zh: '申请于 ', en: 'Requested ' })}
        <TimeText at={requestedAt} />
      </div>
      {endedAt === null && (
        <Button style={{ marginTop: 8 }} onClick={() => setAsking(true)}>
          {t(ACCOUNT_CHANGE.cancel)}
        </Button>
      )}
      {asking && (
        <ActionDialog
          title={t(ACCOUNT_CHANGE.cancel)}
          fields={[]}
          confirm={ACCOUNT_CHANGE.cancel}
          danger
          onCancel={() => setAsking(false)}
          onSubmit={async (_body, header) => {
            await api.POST('/v1/account-changes/{id}/cancel', { params: { path: { id }, header }, body: {} });
            setAsking(false);
            void message.success(t(ACCOUNT_CHANGE.canceled));
            await queries.invalidateQueries();
          }}
        />
      )}
    </>
  );
}
