import type { Answer } from '../api/types';
import type { Text } from './locale';

/** Reasons of an attribution, as a sentence. */
export const ATTRIBUTIONS: Record<Answer<'/v1/orders/{id}'>['attribution']['reason'], Text> = {
  code: { zh: '订单使用了该分销商的推荐码。', en: "The order used the distributor's referral code." },
  customer_binding: {
    zh: '订单没有推荐码，但客户此前已绑定该分销商。',
    en: 'The order has no referral code, but an earlier order bound the customer to this distributor.',
  },
  own_purchase: {
    zh: '分销商自购，不产生佣金。',
    en: 'The distributor is the buyer; own purchases earn no commission.',
  },
  code_unknown: {
    zh: '推荐码不存在，客户也未绑定。',
    en: 'The referral code does not exist and the customer is not bound to a distributor.',
  },
  no_code: {
    zh: '没有推荐码，客户也未绑定。',
    en: 'The order has no referral code and the customer is not bound to a distributor.',
  },
};
