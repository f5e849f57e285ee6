import { Table } from 'antd';
import { WORDS } from '../../../../domain/words/glossary';
import { ThingLink } from '../../detail/Links';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { MoneyText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { type Line, ORDER, type Order } from './order';

type Commission = Order['commissions'][number];

const TEXTS = {
  title: { zh: '商品与佣金', en: 'Lines and commissions' },
  returned: { zh: '已退', en: 'returned' },
  level: { zh: '层级', en: 'Level' },
} satisfies Record<string, Text>;

/** Order lines and their commissions. */
export function OrderLines({ order }: { order: Order }) {
  const t = useT();
  const { currency } = order;
  const ofLine = new Map<string, Commission[]>();
  for (const one of order.commissions) ofLine.set(one.lineId, [...(ofLine.get(one.lineId) ?? []), one]);
  return (
    <Panel title={TEXTS.title}>
      <Table<Line>
        size="small"
        rowKey="lineId"
        scroll={{ x: 'max-content' }}
        dataSource={order.lines}
        pagination={order.lines.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        columns={[
          { key: 'line', title: t(ORDER.line), dataIndex: 'lineId' },
          {
            key: 'sku',
            title: t({ zh: '商品', en: 'Product' }),
            render: (_, { sku, category }) => (
              <>
                <ThingLink kind="product" id={sku}>
                  {sku}
                </ThingLink>
                {category && <div className="muted">{category}</div>}
              </>
            ),
          },
          { key: 'state', title: t(WORDS.state), render: (_, { state }) => <StateTag state={state} /> },
          {
            key: 'quantity',
            title: t(ORDER.pieces),
            align: 'right',
            render: (_, { quantity, returnedQuantity }) => (
              <>
                {quantity}
                {returnedQuantity > 0 && (
                  <div className="muted">
                    {t(TEXTS.returned)} {returnedQuantity}
                  </div>
                )}
              </>
            ),
          },
          {
            key: 'price',
            title: t({ zh: '单价', en: 'Unit price' }),
            align: 'right',
            render: (_, { unitPrice }) => <MoneyText value={{ amount: unitPrice, currency }} />,
          },
          {
            key: 'net',
            title: t({ zh: '实付', en: 'Net amount' }),
            align: 'right',
            render: (_, { netAmount, discount }) => (
              <>
                <MoneyText value={{ amount: netAmount, currency }} />
                {discount > 0 && (
                  <div className="muted">
                    − <MoneyText value={{ amount: discount, currency }} />
                  </div>
                )}
              </>
            ),
          },
          {
            key: 'commissions',
            title: t({ zh: '佣金', en: 'Commissions' }),
            render: (_, { lineId }) => <LineCommissions commissions={ofLine.get(lineId) ?? []} />,
          },
        ]}
      />
    </Panel>
  );
}

function LineCommissions({ commissions }: { commissions: readonly Commission[] }) {
  const t = useT();
  if (commissions.length === 0) return <>–</>;
  return commissions.map(({ id, level, amount, originalAmount, state }) => (
    <div key={id} className="nowrap">
      {t(TEXTS.level)} {level} ·{' '}
      <ThingLink kind="commission" id={id}>
        <MoneyText value={amount} />
      </ThingLink>{' '}
      {originalAmount.amount !== amount.amount && (
        <span className="muted">
          (<MoneyText value={originalAmount} />){' '}
        </span>
      )}
      <StateTag state={state} />
    </div>
  ));
}
