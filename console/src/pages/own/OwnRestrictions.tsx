import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { api, data } from '../../api/client';
import type { Item } from '../../api/types';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText } from '../../ui/format';

type Restriction = Item<'/v1/distributors/{id}/restrictions'>;

/** What a restriction means for the distributor. */
const EFFECTS: Record<Restriction['effect'], Text> = {
  suspended: {
    zh: '您的账户已暂停：新订单不计佣，佣金暂缓结算，也不能提现。',
    en: 'Your account is suspended: new orders accrue no commission, your commissions are not released, and you cannot withdraw.',
  },
  no_orders: {
    zh: '您推广的新订单暂不计佣。',
    en: 'New orders that come through you accrue no commission.',
  },
  no_accrual: { zh: '新订单暂不为您计佣。', en: 'You accrue no commission on new orders.' },
  no_release: { zh: '您的佣金暂缓结算。', en: 'Your commissions are not released for now.' },
  no_payout: { zh: '暂时不能提现。', en: 'You cannot withdraw for now.' },
  tier_at_most: { zh: '您的等级暂时受限。', en: 'Your tier is limited for now.' },
  no_replenishment: { zh: '暂时不能补货。', en: 'Replenishment is stopped for now.' },
};

/** What to do, by the reason. */
const REMEDIES: Record<Restriction['reason'], Text> = {
  credential_expired: {
    zh: '您的资质已过期。请提供续期后的资质，限制随后解除。',
    en: 'Your credential has expired. Provide the renewed one; the restriction is then lifted.',
  },
  violation: {
    zh: '有违规案件正在处理。如有说明或异议，请联系我们。',
    en: 'A violation case is open. Contact us to explain or if you disagree.',
  },
  finance: { zh: '财务正在核对，您无需操作。', en: 'Finance is reviewing it; you need not do anything.' },
  risk: { zh: '正在进行风险审查，您无需操作。', en: 'A risk review is under way; you need not do anything.' },
  other: {
    zh: '如需了解原因或有异议，请联系我们。',
    en: 'Contact us for the reason or if you disagree.',
  },
};

/** What restricts the signed-in distributor now or soon, until when, and what to do. Nothing without a restriction. */
export function OwnRestrictions({ id }: { id: string }) {
  const t = useT();
  const restrictions = useQuery({
    queryKey: ['own-restrictions', id],
    queryFn: () =>
      data(
        api.GET('/v1/distributors/{id}/restrictions', {
          params: { path: { id }, query: { ended: 'false', ofCommission: 'false', limit: 50 } },
        }),
      ),
    refetchInterval: 30_000,
  });
  const items = restrictions.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-label={t({ zh: '当前限制', en: 'Restrictions' })}>
      {items.map((restriction) => (
        <Alert
          key={restriction.id}
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={<What restriction={restriction} />}
          description={
            <>
              <div>{t(REMEDIES[restriction.reason])}</div>
              <When restriction={restriction} />
            </>
          }
        />
      ))}
    </section>
  );
}

function What({ restriction: { effect, amount, tier, category, sku } }: { restriction: Restriction }) {
  const t = useT();
  const part = category ?? sku;
  if (amount) {
    return (
      <>
        {t({ zh: '暂扣 ', en: 'Kept back: ' })}
        <MoneyText value={amount} />
        {t({ zh: '，解除前不能提现。', en: '. It cannot be withdrawn until the restriction ends.' })}
      </>
    );
  }
  return (
    <>
      {t(EFFECTS[effect])}
      {tier !== null && t({ zh: `（最高 ${tier}）`, en: ` (at most ${tier})` })}
      {part !== null && t({ zh: `（仅 ${part}）`, en: ` (${part} only)` })}
    </>
  );
}

function When({ restriction: { state, effectiveFrom, effectiveUntil } }: { restriction: Restriction }) {
  const t = useT();
  return (
    <div className="muted">
      {state === 'to_come' ? t({ zh: '生效时间：', en: 'Starts ' }) : t({ zh: '自 ', en: 'Since ' })}
      <TimeText at={effectiveFrom} />
      {effectiveUntil && (
        <>
          {t({ zh: '，自动解除：', en: ', ends automatically ' })}
          <TimeText at={effectiveUntil} />
        </>
      )}
    </div>
  );
}
