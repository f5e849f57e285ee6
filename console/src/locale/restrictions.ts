import type { Effect } from '../../../domain/restriction';
import type { Text } from './locale';

/** What a restriction does, for staff. */
export const EFFECTS: Record<Effect, Text> = {
  no_orders: { zh: '其推广的订单不计佣', en: 'Orders accrue no commission' },
  no_accrual: { zh: '不计佣', en: 'Accrues no commission' },
  no_release: { zh: '暂缓结算', en: 'Commissions not released' },
  no_payout: { zh: '暂停打款', en: 'No payouts' },
  suspended: { zh: '暂停合作', en: 'Suspended' },
  tier_at_most: { zh: '等级上限', en: 'Tier limited' },
  no_replenishment: { zh: '暂停补货', en: 'No replenishment' },
};
