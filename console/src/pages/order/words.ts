import type { Text } from '../../locale/locale';

/** Result of a level of the sponsor chain. */
export const CHAIN_OUTCOMES: Record<string, Text> = {
  earns: { zh: '获得佣金', en: 'Earns' },
  own_purchase: { zh: '自购，不计佣金', en: 'Own purchase, no commission' },
  not_accrued: { zh: '受限制，未计佣', en: 'Restricted, not accrued' },
  no_upline: { zh: '没有上级', en: 'No sponsor' },
};
