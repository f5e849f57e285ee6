import type { Text } from '../../locale/locale';

/** Short reasons of an attribution. */
export const ATTRIBUTION_REASONS = {
  code: { zh: '推荐码', en: 'Referral code' },
  customer_binding: { zh: '客户已绑定', en: 'Customer bound earlier' },
  own_purchase: { zh: '自购', en: 'Own purchase' },
  distributor_not_active: { zh: '分销商状态不正常', en: 'Distributor not active' },
  code_unknown: { zh: '推荐码无效', en: 'Unknown referral code' },
  no_code: { zh: '无推荐码', en: 'No referral code' },
} satisfies Record<string, Text>;

/** Result of a level of the sponsor chain. */
export const CHAIN_OUTCOMES: Record<string, Text> = {
  earns: { zh: '获得佣金', en: 'Earns' },
  own_purchase: { zh: '自购，不计佣金', en: 'Own purchase, no commission' },
  forfeited_inactive: { zh: '状态不正常，不计佣金', en: 'Not active, no commission' },
  no_upline: { zh: '没有上级', en: 'No sponsor' },
};
