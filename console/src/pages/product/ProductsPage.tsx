import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { hrefOf } from '../../../../domain/kinds';
import { OPERATORS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { ActionBar } from '../../actions/ActionBar';
import { textOf } from '../../actions/values';
import { api } from '../../api/client';
import { ProblemError } from '../../api/problem';
import { useMe } from '../../app/session';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText } from '../../ui/format';
import { PRODUCT_WORDS, productFields, putProduct } from './product';

const products = defineList({
  key: 'products',
  path: '/v1/products',
  title: { zh: '商品', en: 'Products' },
  defaultSort: 'sku',
  idOf: ({ sku }) => sku,
  href: ({ sku }) => hrefOf('product', sku),
  filters: [
    { param: 'category', label: PRODUCT_WORDS.category, kind: 'text' },
    {
      param: 'withoutPrice',
      label: PRODUCT_WORDS.price,
      kind: 'select',
      options: [
        { value: 'true', label: { zh: '没有价格', en: 'Without a price' } },
        { value: 'false', label: { zh: '有价格', en: 'With a price' } },
      ],
    },
  ],
  columns: [
    { key: 'sku', title: PRODUCT_WORDS.sku, sort: 'sku', render: ({ sku }) => sku },
    { key: 'name', title: WORDS.name, render: ({ name }) => name },
    { key: 'category', title: PRODUCT_WORDS.category, render: ({ category }) => category ?? '–' },
    {
      key: 'price',
      title: PRODUCT_WORDS.price,
      align: 'right',
      render: ({ price }) => <MoneyText value={price} />,
    },
    {
      key: 'updatedAt',
      title: { zh: '最近修改', en: 'Last changed' },
      sort: 'updatedAt',
      render: ({ updatedAt }) => <TimeText at={updatedAt} />,
    },
  ],
  empty: {
    title: { zh: '还没有商品', en: 'No products yet' },
    hint: {
      zh: '点击“新增商品”，由商城通过 API 传入，或随 npm run import 一起导入。',
      en: 'Click “Add product”, let the shop send products through the API, or import them with npm run import.',
    },
  },
});

const ADD: Text = { zh: '新增商品', en: 'Add product' };
const KNOWN: Text = { zh: '已有此商品 SKU', en: 'A product with this SKU already exists' };

/** All products. */
export default function ProductsPage() {
  return <ListPage list={products} actions={<AddProduct />} />;
}

function AddProduct() {
  const t = useT();
  const { currency } = useMe().brand;
  const navigate = useNavigate();
  const queries = useQueryClient();
  return (
    <ActionBar
      actions={[
        {
          key: 'add',
          label: ADD,
          roles: OPERATORS,
          available: true,
          primary: true,
          fields: [
            { name: 'sku', label: PRODUCT_WORDS.sku, kind: 'text', maxLength: 64, required: true },
            ...productFields(currency),
          ],
          run: async (values) => {
            const sku = textOf(values, 'sku');
            // The API would update an existing product.
            if (await isKnown(sku))
              throw new ProblemError(409, 'sku_taken', t(KNOWN), [{ pointer: '/sku', detail: t(KNOWN) }]);
            await putProduct(sku, values, currency);
            await queries.invalidateQueries();
            await navigate(hrefOf('product', sku));
          },
        },
      ]}
    />
  );
}

async function isKnown(sku: string): Promise<boolean> {
  try {
    await api.GET('/v1/products/{sku}', { params: { path: { sku } } });
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return false;
    throw error;
  }
}
