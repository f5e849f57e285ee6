import type { Text } from '../../locale/locale';

/** Short reasons of an attribution. */
export const ATTRIBUTION_REASONS = {
  code: { zh: '推荐码', en: 'Referral code' },
  customer_binding: { zh: '客户已绑定', en: 'Customer bound earlier' },
  own_purchase: { zh: '自购', en: 'Own purchase' },
  code_unknown: { zh: '推荐码无效', en: 'Unknown referral code' },
  no_code: { zh: '无推荐码', en: 'No referral code' },
} satisfies Record<string, Text>;

/** Result of a level of the sponsor chain. */
export const CHAIN_OUTCOMES: Record<string, Text> = {
  earns: { zh: '获得佣金', en: 'Earns' },
  own_purchase: { zh: '自购，不计佣金', en: 'Own purchase, no commission' },
  not_accrued: { zh: '受限制，未计佣', en: 'Restricted, not accrued' },
  no_upline: { zh: '没有上级', en: 'No sponsor' },
};
