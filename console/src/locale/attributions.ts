import type { Answer } from '../api/types';
import type { Text } from './locale';

/** Why an order belongs to whom it belongs, in a sentence. */
export const ATTRIBUTIONS: Record<Answer<'/v1/orders/{id}'>['attribution']['reason'], Text> = {
  code: { zh: '订单使用了该分销商的推荐码。', en: "The order carries the distributor's code." },
  customer_binding: {
    zh: '订单没有推荐码，但顾客此前已绑定该分销商。',
    en: 'The order carries no code, but the customer was bound to the distributor by an earlier order.',
  },
  own_purchase: { zh: '分销商自购，不产生佣金。', en: 'An own purchase earns no commission.' },
  code_unknown: {
    zh: '推荐码不存在，顾客也未绑定。',
    en: 'The code is unknown and the customer is not bound.',
  },
  no_code: { zh: '没有推荐码，顾客也未绑定。', en: 'There is no code, and the customer is not bound.' },
};
