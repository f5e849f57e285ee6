import { useQuery } from '@tanstack/react-query';
import { Segmented, Skeleton } from 'antd';
import { Link, useSearchParams } from 'react-router';
import { api, data } from '../../api/client';
import type { Item } from '../../api/types';
import { Cause } from '../../detail/Cause';
import { type Text, useT } from '../../locale/locale';
import { OBSTACLES, type ObstacleCode } from '../../locale/obstacles';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';
import { StateTag } from '../../ui/StateTag';
import { AccountText } from '../distributor/money';
import { OwnList } from './OwnList';
import { useOwnId } from './useOwnId';

type Earning = Item<'/v1/distributors/{id}/earnings'>;
type Transfer = Item<'/v1/distributors/{id}/statement'>;
type View = 'all' | 'held' | 'due' | 'nothing' | 'statement';

const TEXTS = {
  title: { zh: '我的佣金', en: 'My earnings' },
  view: { zh: '显示', en: 'Show' },
  all: { zh: '未到账', en: 'Unpaid' },
  held: { zh: '冻结', en: 'Held' },
  due: { zh: '待放款', en: 'Due' },
  statement: { zh: '流水', en: 'History' },
  available: { zh: '可提现', en: 'You can withdraw' },
  reserved: { zh: '提现中', en: 'Being paid out' },
  debt: { zh: '欠款', en: 'You owe' },
  none: {
    zh: '没有未到账的佣金。有新订单时会显示在这里。',
    en: 'Nothing waits. New orders appear here.',
  },
  nothing: { zh: '以下佣金计算结果为 0。', en: 'These came to nothing.' },
  back: { zh: '返回', en: 'Back' },
  noMoney: { zh: '还没有资金变动。', en: 'No money has moved yet.' },
  why: { zh: '为什么还没到账：', en: 'Why it is not paid yet: ' },
  next: { zh: '下一步：', en: 'Goes on: ' },
} satisfies Record<string, Text>;

const isView = (text: string | null): text is View =>
  text === 'all' || text === 'held' || text === 'due' || text === 'nothing' || text === 'statement';

/** What a distributor earned, and why it is not paid yet. */
export default function EarningsPage() {
  const t = useT();
  const id = useOwnId();
  const [params, setParams] = useSearchParams();
  const asked = params.get('state');
  const view = isView(asked) ? asked : 'all';
  return (
    <Page title={t(TEXTS.title)}>
      <div className="narrow">
        <Totals id={id} />
        {view === 'nothing' && (
          <p>
            {t(TEXTS.nothing)} <Link to="/earnings">{t(TEXTS.back)}</Link>
          </p>
        )}
        <Segmented<View>
          block
          aria-label={t(TEXTS.view)}
          style={{ marginBottom: 12 }}
          value={view === 'nothing' ? 'all' : view}
          onChange={(state) => setParams(state === 'all' ? {} : { state }, { replace: true })}
          options={[
            { value: 'all', label: t(TEXTS.all) },
            { value: 'held', label: t(TEXTS.held) },
            { value: 'due', label: t(TEXTS.due) },
            { value: 'statement', label: t(TEXTS.statement) },
          ]}
        />
        {view === 'statement' ? (
          <OwnList<Transfer>
            queryKey={['own-statement', id]}
            load={(cursor) =>
              data(
                api.GET('/v1/distributors/{id}/statement', {
                  params: { path: { id }, query: { limit: 50, ...(cursor && { cursor }) } },
                }),
              )
            }
            idOf={(transfer) => String(transfer.id)}
            render={(transfer) => <TransferView transfer={transfer} />}
            empty={TEXTS.noMoney}
          />
        ) : (
          <OwnList<Earning>
            key={view}
            queryKey={['own-earnings', id, view]}
            load={(cursor) =>
              data(
                api.GET('/v1/distributors/{id}/earnings', {
                  params: {
                    path: { id },
                    query: {
                      limit: 50,
                      amount: view === 'nothing' ? 'nothing' : 'some',
                      ...((view === 'held' || view === 'due') && { state: view }),
                      ...(cursor && { cursor }),
                    },
                  },
                }),
              )
            }
            idOf={({ commissionId }) => commissionId}
            render={(earning) => <EarningView earning={earning} />}
            empty={TEXTS.none}
          />
        )}
        {view === 'all' && <NothingLink id={id} />}
      </div>
    </Page>
  );
}

const useTotals = (id: string) =>
  useQuery({
    queryKey: ['own-totals', id],
    queryFn: () =>
      data(api.GET('/v1/distributors/{id}/earnings', { params: { path: { id }, query: { limit: 1 } } })),
    refetchInterval: 30_000,
  });

/** The way to what earned nothing, which would only be in the way of what did. */
function NothingLink({ id }: { id: string }) {
  const t = useT();
  const count = useTotals(id).data?.nothingCount ?? 0;
  if (count === 0) return null;
  return (
    <p>
      <Link to="/earnings?state=nothing">
        {t({
          zh: `另有 ${count} 笔佣金为 0，查看原因`,
          en: count === 1 ? 'One more came to nothing: see why' : `${count} more came to nothing: see why`,
        })}
      </Link>
    </p>
  );
}

/** What there is, by currency. */
function Totals({ id }: { id: string }) {
  const t = useT();
  const earnings = useTotals(id);
  if (!earnings.data) return <Skeleton active paragraph={{ rows: 2 }} />;
  return earnings.data.totals.map((total) => (
    <section key={total.currency} className="panel" aria-label={total.currency}>
      <div className="totals">
        {(['available', 'held', 'due', 'reserved'] as const).map((key) => (
          <div key={key}>
            <div className="muted">{t(TEXTS[key])}</div>
            <div style={{ fontSize: key === 'available' ? 24 : 17 }}>
              <MoneyText value={total[key]} strong />
            </div>
          </div>
        ))}
        {total.debt.amount > 0 && (
          <div>
            <div className="muted">{t(TEXTS.debt)}</div>
            <div style={{ fontSize: 17, color: '#c02626' }}>
              <MoneyText value={total.debt} strong />
            </div>
          </div>
        )}
      </div>
    </section>
  ));
}

const NOTHING: Record<NonNullable<Earning['nothing']>, Text> = {
  rule_pays_nothing: {
    zh: '按佣金方案，此商品在这一级不付佣金。',
    en: 'By the commission plan this product pays nothing at this level.',
  },
  rounds_to_nothing: {
    zh: '按比例计算不足最小货币单位的一半，四舍五入为 0。',
    en: 'The share is less than half of the smallest unit of money, and rounds to nothing.',
  },
};

function EarningView({ earning }: { earning: Earning }) {
  const t = useT();
  const { amount, state, orderId, level, paidAt, nextAt, nothing } = earning;
  return (
    <>
      <div className="own-head">
        <span style={{ fontSize: 17 }}>
          <MoneyText value={amount} strong />
        </span>
        <StateTag state={state} />
      </div>
      {nothing ? (
        <div>{t(NOTHING[nothing])}</div>
      ) : (
        <div>
          <span className="strong">{t(TEXTS.why)}</span>
          <Why earning={earning} />
        </div>
      )}
      {nextAt && !nothing && (
        <div>
          <span className="strong">{t(TEXTS.next)}</span>
          <TimeText at={nextAt} />
        </div>
      )}
      <div className="muted">
        {t({ zh: `订单 ${orderId}`, en: `Order ${orderId}` })}
        {level > 1 && t(throughDownline(level - 1))}
        {' · '}
        <TimeText at={paidAt} />
      </div>
    </>
  );
}

/** Through whom an order came that is not the distributor's own. */
const throughDownline = (below: number): Text =>
  below === 1
    ? { zh: ' · 来自直接下级', en: ' · through a direct downline' }
    : { zh: ` · 来自第 ${below} 级下级`, en: ` · through your downline, ${below} levels below` };

interface Particulars {
  until: string;
  debt: string;
}

const held = (zh: string, en: string) => (): Text => ({
  zh: `被扣留：${zh}。`,
  en: `It is held back: ${en}.`,
});

const WHY: Record<ObstacleCode, (particulars: Particulars) => Text> = {
  not_accrued: () => ({
    zh: '付款时您的账户受限制，这笔佣金未计。请联系客服了解原因。',
    en: 'Your account was restricted when the order was paid, so it was not accrued. Ask us for the reason.',
  }),
  return_window_open: ({ until }) => ({
    zh: `客户仍可退货，退货期到 ${until} 结束，之后进入待放款。`,
    en: `The customer may still return the goods, until ${until}; then it becomes due.`,
  }),
  awaiting_delivery: () => ({
    zh: '客户还没有签收。签收后开始计算退货期。',
    en: 'The goods are not delivered yet. The return window begins with the delivery.',
  }),
  return_open: () => ({
    zh: '客户申请了退货，处理完之前暂停放款。',
    en: 'The customer asked for a return. It waits until that is decided.',
  }),
  hold_finance: held('财务正在核对', 'finance is looking into it'),
  hold_risk: held('风险审查', 'a risk review'),
  hold_violation: held('违规案件处理中', 'a violation case'),
  hold_credential_expired: held('您的资质已过期，请续期', 'your credential has expired; please renew it'),
  hold_other: held('请联系客服了解原因', 'ask us for the reason'),
  distributor_suspended: () => ({
    zh: '您的账户已被暂停，恢复后继续放款。请联系客服了解原因。',
    en: 'Your account is suspended; it goes on afterwards. Ask us for the reason.',
  }),
  distributor_terminated: () => ({ zh: '您的账户已终止。', en: 'Your account is terminated.' }),
  awaiting_release_run: () => ({
    zh: '退货期已结束，已列入放款批次。',
    en: 'The return window is over, and it is in a release run.',
  }),
  awaiting_finance: () => ({
    zh: '退货期已结束，等待财务放款。',
    en: 'The return window is over. Finance releases it next.',
  }),
  debt_first: ({ debt }) => ({
    zh: `退货期已结束，等待财务放款；放款时先抵扣欠款 ${debt}。`,
    en: `The return window is over and finance releases it next; your debt of ${debt} is paid first.`,
  }),
  released: () => OBSTACLES.released,
  reversed: () => OBSTACLES.reversed,
  clawed_back: () => OBSTACLES.clawed_back,
  run_rejected: () => OBSTACLES.run_rejected,
};

function Why({ earning: { code, data: facts, amount } }: { earning: Earning }) {
  const t = useT();
  const { money, time } = useFormats();
  const debt = money({ amount: Number(facts.debt ?? 0), currency: amount.currency });
  return t(WHY[code]({ until: time(facts.until), debt }));
}

function TransferView({ transfer }: { transfer: Transfer }) {
  const { key, from, to, amount, occurredAt } = transfer;
  return (
    <>
      <div className="own-head">
        <MoneyText value={amount} strong />
        <span className="muted">
          <TimeText at={occurredAt} />
        </span>
      </div>
      <div>
        <AccountText name={from} /> → <AccountText name={to} />
        <span className="muted">
          {' '}
          · <Cause transferKey={key} />
        </span>
      </div>
    </>
  );
}
