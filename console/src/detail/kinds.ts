import type { Text } from '../locale/locale';

/** Kinds with a detail page. */
export type Kind =
  | 'application'
  | 'distributor'
  | 'order'
  | 'commission'
  | 'withdrawal'
  | 'release'
  | 'payout'
  | 'plan'
  | 'user'
  | 'product';

export const KINDS: Record<Kind, Text> = {
  application: { zh: '申请', en: 'Application' },
  distributor: { zh: '分销商', en: 'Distributor' },
  order: { zh: '订单', en: 'Order' },
  commission: { zh: '佣金', en: 'Commission' },
  withdrawal: { zh: '提现', en: 'Withdrawal' },
  release: { zh: '结算批次', en: 'Release run' },
  payout: { zh: '打款批次', en: 'Payout batch' },
  plan: { zh: '佣金方案', en: 'Commission plan' },
  user: { zh: '用户', en: 'User' },
  product: { zh: '商品', en: 'Product' },
};

const PATHS: Record<Kind, string> = {
  application: '/applications',
  distributor: '/distributors',
  order: '/orders',
  commission: '/commissions',
  withdrawal: '/withdrawals',
  release: '/commission-releases',
  payout: '/payout-batches',
  plan: '/commission-plans',
  user: '/users',
  product: '/products',
};

/** Path of the detail page. */
export const hrefOf = (kind: Kind, id: string): string => `${PATHS[kind]}/${encodeURIComponent(id)}`;
