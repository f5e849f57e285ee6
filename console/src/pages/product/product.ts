import { WORDS } from '../../../../domain/words/glossary';
import type { Field } from '../../actions/fields';
import { maybeText, moneyOf, textOf } from '../../actions/values';
import { api } from '../../api/client';
import type { Answer } from '../../api/types';
import type { Text } from '../../locale/locale';
import { digitsOf } from '../../ui/format';

export const PRODUCT_WORDS = {
  sku: { zh: '商品 SKU', en: 'SKU' },
  category: { zh: '品类', en: 'Category' },
  price: { zh: '价格', en: 'Price' },
} satisfies Record<string, Text>;

/** Fields of a product other than the SKU. */
export function productFields(currency: string, present?: Answer<'/v1/products/{sku}'>): Field[] {
  return [
    { name: 'name', label: WORDS.name, kind: 'text', maxLength: 300, required: true, initial: present?.name },
    {
      name: 'category',
      label: PRODUCT_WORDS.category,
      help: {
        zh: '佣金方案可以按品类定规则；已支付的订单保留当时的品类。',
        en: 'Commission plans can have rules per category; paid orders keep the category they had at payment.',
      },
      kind: 'text',
      maxLength: 64,
      initial: present?.category,
    },
    {
      name: 'price',
      label: PRODUCT_WORDS.price,
      kind: 'money',
      currency,
      required: true,
      initial: present && present.price.amount / 10 ** digitsOf(currency),
    },
  ];
}

/** Adds or updates a product. */
export const putProduct = (sku: string, values: Record<string, unknown>, currency: string) =>
  api.PUT('/v1/products/{sku}', {
    params: { path: { sku } },
    body: {
      name: textOf(values, 'name'),
      category: maybeText(values, 'category') ?? null,
      price: moneyOf(values, 'price', currency),
    },
  });
