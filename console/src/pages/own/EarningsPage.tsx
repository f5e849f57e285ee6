import { useQuery } from '@tanstack/react-query';
import { Segmented, Skeleton } from 'antd';
import { Link, useSearchParams } from 'react-router';
import type { ObstacleCode } from '../../../../domain/explanation';
import { OBSTACLE_NAMES } from '../../../../domain/words/obstacles';
import { api, data } from '../../api/client';
import type { Item } from '../../api/types';
import { Cause } from '../../detail/Cause';
import { type Text, useT } from '../../locale/locale';
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
  all: { zh: '未到账', en: 'Not released' },
  held: { zh: '退货期内', en: 'Held' },
  due: { zh: '待结算', en: 'Due' },
  statement: { zh: '流水', en: 'History' },
  withdrawable: { zh: '可提现', en: 'Available' },
  keptBack: { zh: '暂扣', en: 'Kept back' },
  reserved: { zh: '提现中', en: 'In withdrawal' },
  debt: { zh: '欠款', en: 'Debt' },
  none: {
    zh: '没有未到账的佣金。有新订单时会显示在这里。',
    en: 'No unreleased commissions. New orders appear here.',
  },
  nothing: { zh: '以下佣金计算结果为 0。', en: 'The following commissions are 0.' },
  back: { zh: '返回', en: 'Back' },
  noMoney: { zh: '还没有资金变动。', en: 'No transfers yet.' },
  why: { zh: '为什么还没到账：', en: 'Why it is not released yet: ' },
  next: { zh: '下一步：', en: 'Next step: ' },
} satisfies Record<string, Text>;

const isView = (text: string | null): text is View =>
  text === 'all' || text === 'held' || text === 'due' || text === 'nothing' || text === 'statement';

/** Commissions of the distributor, and why they are not released yet. */
export default function EarningsPage() {
  const t = useT();
  const id = useOwnId();
  const [params, setParams] = useSearchParams();
  const requested = params.get('state');
  const view = isView(requested) ? requested : 'all';
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
        {view === 'all' && <ZeroCommissionsLink id={id} />}
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

/** Link to commissions of 0, which are not in the main list. */
function ZeroCommissionsLink({ id }: { id: string }) {
  const t = useT();
  const count = useTotals(id).data?.nothingCount ?? 0;
  if (count === 0) return null;
  return (
    <p>
      <Link to="/earnings?state=nothing">
        {t({
          zh: `另有 ${count} 笔佣金为 0，查看原因`,
          en: count === 1 ? '1 more commission is 0: see why' : `${count} more commissions are 0: see why`,
        })}
      </Link>
    </p>
  );
}

/** Balances by currency. */
function Totals({ id }: { id: string }) {
  const t = useT();
  const earnings = useTotals(id);
  if (!earnings.data) return <Skeleton active paragraph={{ rows: 2 }} />;
  return earnings.data.totals.map((total) => (
    <section key={total.currency} className="panel" aria-label={total.currency}>
      <div className="totals">
        {(['withdrawable', 'held', 'due', 'reserved'] as const).map((key) => (
          <div key={key}>
            <div className="muted">{t(TEXTS[key])}</div>
            <div style={{ fontSize: key === 'withdrawable' ? 24 : 17 }}>
              <MoneyText value={total[key]} strong />
            </div>
          </div>
        ))}
        {total.keptBack.amount > 0 && (
          <div>
            <div className="muted">{t(TEXTS.keptBack)}</div>
            <div style={{ fontSize: 17 }}>
              <MoneyText value={total.keptBack} strong />
            </div>
          </div>
        )}
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
    en: 'The commission plan pays no commission for this product at this level.',
  },
  rounds_to_nothing: {
    zh: '按比例计算不足最小货币单位的一半，四舍五入为 0。',
    en: 'The share is less than half of the minor currency unit and rounds to 0.',
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

/** Through which downline level an order came. */
const throughDownline = (below: number): Text =>
  below === 1
    ? { zh: ' · 来自直接下级', en: ' · from direct downline' }
    : { zh: ` · 来自第 ${below} 级下级`, en: ` · from downline ${below} levels below` };

interface Particulars {
  until: string;
  debt: string;
}

const held = (zh: string, en: string) => (): Text => ({
  zh: `暂缓结算：${zh}。`,
  en: `On hold: ${en}.`,
});

const WHY: Record<ObstacleCode, (particulars: Particulars) => Text> = {
  not_accrued: () => ({
    zh: '付款时您的账户受限制，这笔订单未计佣。请联系客服了解原因。',
    en: 'Your account was restricted when the order was paid, so no commission was accrued. Contact support for the reason.',
  }),
  return_window_open: ({ until }) => ({
    zh: `客户仍可退货，退货期到 ${until} 结束，之后进入待结算。`,
    en: `The customer can still return the goods. The return window ends on ${until}; then the commission becomes due.`,
  }),
  awaiting_delivery: () => ({
    zh: '客户还没有签收。签收后开始计算退货期。',
    en: 'The goods are not delivered yet. The return window starts at delivery.',
  }),
  return_open: () => ({
    zh: '客户申请了退货，处理完之前暂停结算。',
    en: 'The customer has requested a return. Release is paused until the return is decided.',
  }),
  hold_finance: held('财务正在核对', 'finance is reviewing it'),
  hold_risk: held('风险审查', 'risk review'),
  hold_violation: held('违规案件处理中', 'violation case in progress'),
  hold_credential_expired: held('您的资质已过期，请续期', 'your credential has expired; renew it'),
  hold_other: held('请联系客服了解原因', 'contact support for the reason'),
  distributor_suspended: () => ({
    zh: '您的账户已被暂停，恢复后继续结算。请联系客服了解原因。',
    en: 'Your account is suspended. Release continues after it is reinstated. Contact support for the reason.',
  }),
  distributor_terminated: () => ({ zh: '您的账户已终止。', en: 'Your account is terminated.' }),
  awaiting_release_run: () => ({
    zh: '退货期已结束，已列入结算批次。',
    en: 'The return window has ended. The commission is in a release run.',
  }),
  awaiting_finance: () => ({
    zh: '退货期已结束，等待财务结算。',
    en: 'The return window has ended. Waiting for finance to release it.',
  }),
  debt_first: ({ debt }) => ({
    zh: `退货期已结束，等待财务结算；结算时先抵扣欠款 ${debt}。`,
    en: `The return window has ended. Waiting for finance to release it; your debt of ${debt} is paid first.`,
  }),
  released: () => OBSTACLE_NAMES.released,
  reversed: () => OBSTACLE_NAMES.reversed,
  clawed_back: () => OBSTACLE_NAMES.clawed_back,
  run_rejected: () => OBSTACLE_NAMES.run_rejected,
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
