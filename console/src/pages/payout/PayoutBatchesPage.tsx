import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { kinds } from '../../../../domain/kinds';
import { FINANCE } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { PAYOUT } from '../../../../domain/words/titles';
import { ActionDialog } from '../../actions/ActionDialog';
import { sendSeen } from '../../actions/figures';
import { api, data } from '../../api/client';
import type { PostAnswer } from '../../api/types';
import { shortId } from '../../detail/Links';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { stateOptions } from '../shared/options';
import { payoutState } from './payout';

const TEXTS = {
  title: { zh: '打款批次', en: 'Payout batches' },
  make: { zh: '生成打款批次', en: 'Create payout batch' },
  nothing: { zh: '没有已批准待打款的提现', en: 'No approved withdrawals to pay' },
  failed: { zh: '待打款合计无法读取，请重试', en: 'The total to pay is unavailable; retry' },
  hint: {
    zh: '列入该币种全部已批准的提现，生成银行打款文件。分销商不是正常状态的提现不会列入，仍保持已批准。',
    en: 'All approved withdrawals in this currency are included in one payout file. Withdrawals of distributors who are not active are not included and stay approved.',
  },
} satisfies Record<string, Text>;

const list = defineList({
  key: 'payout-batches',
  path: '/v1/payout-batches',
  title: TEXTS.title,
  defaultSort: '-createdAt',
  idOf: ({ id }) => id,
  href: ({ id }) => `/payout-batches/${id}`,
  columns: [
    { key: 'id', title: WORDS.id, render: ({ id }) => shortId(id) },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={payoutState(state)} /> },
    {
      key: 'withdrawals',
      title: PAYOUT.count,
      align: 'right',
      render: ({ withdrawals }) => withdrawals,
    },
    {
      key: 'total',
      title: WORDS.amount,
      align: 'right',
      render: ({ total }) => <MoneyText value={total} strong />,
    },
    { key: 'paid', title: PAYOUT.paid, align: 'right', render: ({ paid }) => paid },
    { key: 'failed', title: PAYOUT.failed, align: 'right', render: ({ failed }) => failed },
    { key: 'createdBy', title: PAYOUT.createdBy, render: ({ createdBy }) => createdBy },
    {
      key: 'createdAt',
      title: PAYOUT.createdAt,
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    { key: 'settledAt', title: PAYOUT.settledAt, render: ({ settledAt }) => <TimeText at={settledAt} /> },
  ],
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: stateOptions(kinds.payout.states).map((option) => ({
        ...option,
        label: option.value === 'open' ? PAYOUT.toConfirm : option.label,
      })),
    },
    { param: 'createdBefore', label: { zh: '创建止', en: 'Created until' }, kind: 'until' },
  ],
  empty: {
    title: { zh: '还没有打款批次', en: 'No payout batches yet' },
    hint: {
      zh: '批准提现后，点击右上角生成打款批次，下载银行文件并确认结果。',
      en: 'After approving withdrawals, create a payout batch, send the file to the bank and confirm the results.',
    },
    action: {
      label: { zh: '查看待审批提现', en: 'View withdrawals to approve' },
      href: '/withdrawals?state=requested',
      roles: FINANCE,
    },
  },
});

type Waiting = PostAnswer<'/v1/payout-batches/preview'>['currencies'][number];

/** What a batch of each currency would hold now. */
const readWaiting = async (): Promise<Waiting[]> =>
  (await data(api.POST('/v1/payout-batches/preview'))).currencies;

/** All payout batches. */
export default function PayoutBatchesPage() {
  return <ListPage list={list} actions={<CreateBatch />} />;
}

function CreateBatch() {
  const t = useT();
  const { money, number } = useFormats();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const [waiting, setWaiting] = useState<Waiting[]>();

  const ask = async () => {
    setBusy(true);
    try {
      const found = await readWaiting();
      if (found.length === 0) void message.info(t(TEXTS.nothing));
      else setWaiting(found);
    } catch {
      void message.error(t(TEXTS.failed));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Button type="primary" loading={busy} onClick={() => void ask()}>
        {t(TEXTS.make)}
      </Button>
      {waiting && (
        <ActionDialog
          title={t(TEXTS.make)}
          confirm={TEXTS.make}
          summary={
            <>
              {waiting.map(({ count, total }) => (
                <p key={total.currency} className="strong" style={{ fontSize: 18, margin: 0 }}>
                  {t({
                    zh: `${number(count)} 笔提现，共 ${money(total)}`,
                    en: `${number(count)} withdrawals, total ${money(total)}`,
                  })}
                </p>
              ))}
              <p>{t(TEXTS.hint)}</p>
            </>
          }
          fields={[
            {
              name: 'currency',
              label: WORDS.currency,
              kind: 'select',
              required: true,
              initial: waiting[0]?.total.currency,
              options: waiting.map(({ total: { currency } }) => ({
                value: currency,
                label: { zh: currency, en: currency },
              })),
            },
          ]}
          onCancel={() => setWaiting(undefined)}
          onSubmit={async ({ currency }, header) => {
            const seen = waiting.find(({ total }) => total.currency === currency)!;
            const body = {
              currency: seen.total.currency,
              expected: { count: seen.count, totals: [seen.total] },
            };
            const batch = await sendSeen(
              () => data(api.POST('/v1/payout-batches', { params: { header }, body })),
              async () => setWaiting(await readWaiting()),
            );
            await queries.invalidateQueries();
            await navigate(`/payout-batches/${batch.id}`);
          }}
        />
      )}
    </>
  );
}
