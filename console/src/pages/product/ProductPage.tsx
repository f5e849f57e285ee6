import { OPERATORS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { api, data } from '../../api/client';
import { DetailPage } from '../../detail/DetailPage';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { MoneyText, TimeText } from '../../ui/format';
import { PRODUCT_WORDS, productFields, putProduct } from './product';

/** One product with its changes. */
export default function ProductPage() {
  const sku = usePageId();
  return (
    <DetailPage
      kind="product"
      id={sku}
      load={(signal) => data(api.GET('/v1/products/{sku}', { params: { path: { sku } }, signal }))}
      title={(product) => `${product.sku} · ${product.name}`}
      actions={(product) => [
        {
          key: 'change',
          label: { zh: '修改', en: 'Edit' },
          shortcut: 'e',
          roles: OPERATORS,
          available: true,
          primary: true,
          fields: productFields(product.price.currency, product),
          run: (values) => putProduct(sku, values, product.price.currency),
        },
      ]}
    >
      {(product) => (
        <Panel title={{ zh: '商品', en: 'Product' }}>
          <Facts
            facts={[
              [PRODUCT_WORDS.sku, product.sku],
              [WORDS.name, product.name],
              [PRODUCT_WORDS.category, product.category ?? '–'],
              [PRODUCT_WORDS.price, <MoneyText key="price" value={product.price} strong />],
              [{ zh: '最近修改', en: 'Last changed' }, <TimeText key="changed" at={product.updatedAt} />],
            ]}
          />
        </Panel>
      )}
    </DetailPage>
  );
}
