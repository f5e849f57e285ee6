import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Skeleton, Table } from 'antd';
import { useMemo, useState } from 'react';
import { WORDS } from '../../../../domain/words/glossary';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { TimeText, useFormats } from '../../ui/format';
import { useProblemText } from '../../ui/problems';
import { Scroll } from '../../ui/Scroll';
import { StateTag } from '../../ui/StateTag';
import { useWidth } from '../../ui/useWidth';

type Line = Answer<'/v1/orders/{id}/windows'>['items'][number];
type PeriodKind = Line['stretches'][number]['kind'];

const TEXTS = {
  title: { zh: '退货期', en: 'Return windows' },
  today: { zh: '现在', en: 'Now' },
  line: { zh: '行', en: 'Line' },
  shipped: { zh: '发货', en: 'Shipped' },
  delivered: { zh: '签收', en: 'Delivered' },
  ends: { zh: '退货期结束', en: 'Return window ends' },
  pauses: { zh: '暂停', en: 'Paused' },
  due: { zh: '佣金到期', en: 'Commissions due' },
  notDelivered: { zh: '尚未签收，退货期未开始', en: 'Not delivered; the return window has not started' },
  open: { zh: '退货处理完才会结束', en: 'Ends after the return is decided' },
  none: { zh: '无退货期', en: 'No return window' },
  never: { zh: '无', en: 'None' },
  still: { zh: '至今', en: 'ongoing' },
} satisfies Record<string, Text>;

const PERIODS: Record<PeriodKind, { text: Text; fill: string }> = {
  on_the_way: { text: { zh: '在途', en: 'In transit' }, fill: 'url(#on-the-way)' },
  window: { text: { zh: '退货期', en: 'Return window' }, fill: '#0b6e6e' },
  paused: { text: { zh: '因退货暂停', en: 'Paused by a return' }, fill: 'url(#paused)' },
};

/** Wholesale orders have hundreds of lines; the table below has all of them. */
const MAX_ROWS = 20;
const ROW = 44;
const HEAD = 26;

/** The return window of each order line, as a chart and as a table. */
export function WindowsPanel({ orderId, skus }: { orderId: string; skus: ReadonlyMap<string, string> }) {
  const t = useT();
  const problemText = useProblemText();
  const windows = useQuery({
    queryKey: ['windows', orderId],
    queryFn: () => data(api.GET('/v1/orders/{id}/windows', { params: { path: { id: orderId } } })),
    refetchInterval: 30_000,
  });
  const [all, setAll] = useState(false);
  const lines = windows.data?.items;
  return (
    <Panel title={TEXTS.title}>
      {windows.error && !lines && <Alert type="warning" showIcon title={problemText(windows.error).title} />}
      {windows.isPending && <Skeleton active />}
      {lines && (
        <>
          <Legend />
          <Picture lines={all ? lines : lines.slice(0, MAX_ROWS)} skus={skus} />
          {lines.length > MAX_ROWS && !all && (
            <Button type="link" onClick={() => setAll(true)}>
              {t({ zh: `画出全部 ${lines.length} 行`, en: `Show all ${lines.length} lines` })}
            </Button>
          )}
          <WindowsTable lines={lines} skus={skus} />
        </>
      )}
    </Panel>
  );
}

function Legend() {
  const t = useT();
  return (
    <div className="toolbar" aria-hidden>
      {Object.values(PERIODS).map(({ text, fill }) => (
        <span key={text.en} className="nowrap">
          <svg width="26" height="12" style={{ verticalAlign: 'middle' }} role="presentation">
            <Patterns />
            <rect width="26" height="12" rx="2" fill={fill} />
          </svg>{' '}
          {t(text)}
        </span>
      ))}
      <span className="nowrap">
        <svg width="14" height="14" style={{ verticalAlign: 'middle' }} role="presentation">
          <Shipped x={7} y={7} />
        </svg>{' '}
        {t(TEXTS.shipped)}
      </span>
      <span className="nowrap">
        <svg width="14" height="14" style={{ verticalAlign: 'middle' }} role="presentation">
          <Delivered x={7} y={7} />
        </svg>{' '}
        {t(TEXTS.delivered)}
      </span>
      <span className="nowrap">
        <svg width="14" height="14" style={{ verticalAlign: 'middle' }} role="presentation">
          <End x={7} y={7} />
        </svg>{' '}
        {t(TEXTS.ends)}
      </span>
    </div>
  );
}

function Patterns() {
  return (
    <defs>
      <pattern id="paused" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" fill="#f6d9a8" />
        <rect width="2.5" height="6" fill="#9a5b00" />
      </pattern>
      <pattern id="on-the-way" width="5" height="5" patternUnits="userSpaceOnUse">
        <rect width="5" height="5" fill="#e4e7ea" />
        <circle cx="2.5" cy="2.5" r="0.9" fill="#5c626b" />
      </pattern>
    </defs>
  );
}

interface MarkPosition {
  x: number;
  y: number;
}

const Shipped = ({ x, y }: MarkPosition) => (
  <path
    d={`M${x - 5} ${y + 5}L${x} ${y - 5}L${x + 5} ${y + 5}Z`}
    fill="#fff"
    stroke="#22262b"
    strokeWidth="1.5"
  />
);
const Delivered = ({ x, y }: MarkPosition) => (
  <circle cx={x} cy={y} r="5" fill="#fff" stroke="#22262b" strokeWidth="1.5" />
);
const End = ({ x, y }: MarkPosition) => (
  <path
    d={`M${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}L${x - 6} ${y}Z`}
    fill="#22262b"
    stroke="#fff"
    strokeWidth="1"
  />
);

function Picture({ lines, skus }: { lines: readonly Line[]; skus: ReadonlyMap<string, string> }) {
  const t = useT();
  const { date } = useFormats();
  const [frame, width] = useWidth<HTMLDivElement>();
  const describe = useDescription();
  const [now] = useState(() => Date.now());
  const [begin, end] = useMemo(() => spanOf(lines, now), [lines, now]);
  const at = (moment: string | number) => {
    const ms = typeof moment === 'number' ? moment : Date.parse(moment);
    return 8 + ((ms - begin) / (end - begin)) * (width - 16);
  };
  const height = HEAD + lines.length * ROW + 4;
  const ticks = Math.max(2, Math.min(6, Math.floor(width / 130)));
  return (
    <div ref={frame} style={{ overflow: 'hidden' }}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${t(TEXTS.title)}: ${lines.map(describe).join(' ')}`}
          style={{ display: 'block', fontSize: 12 }}
        >
          <Patterns />
          {Array.from({ length: ticks }, (_, index) => begin + ((end - begin) * (index + 0.5)) / ticks).map(
            (tick) => (
              <g key={tick}>
                <line x1={at(tick)} x2={at(tick)} y1={HEAD - 6} y2={height} stroke="#e4e7ea" />
                <text x={at(tick)} y={12} textAnchor="middle" fill="#5c626b">
                  {date(new Date(tick).toISOString())}
                </text>
              </g>
            ),
          )}
          {lines.map((line, index) => (
            <Row
              key={line.lineId}
              line={line}
              sku={skus.get(line.lineId)}
              top={HEAD + index * ROW}
              at={at}
              now={now}
            />
          ))}
          <line
            x1={at(now)}
            x2={at(now)}
            y1={16}
            y2={height}
            stroke="#c02626"
            strokeWidth="1.5"
            strokeDasharray="4 3"
          />
          <text
            x={at(now)}
            y={HEAD - 1}
            textAnchor={at(now) > width - 40 ? 'end' : 'middle'}
            fill="#c02626"
            fontWeight="600"
          >
            {t(TEXTS.today)}
          </text>
        </svg>
      )}
    </div>
  );
}

interface RowProps {
  line: Line;
  sku: string | undefined;
  top: number;
  at: (moment: string | number) => number;
  now: number;
}

function Row({ line, sku, top, at, now }: RowProps) {
  const t = useT();
  const middle = top + 31;
  const endsAt = line.window?.endsAt ?? null;
  return (
    <g>
      <text x={8} y={top + 16} fill="#22262b">
        {`${t(TEXTS.line)} ${line.lineId}${sku ? ` · ${sku}` : ''}`}
      </text>
      {line.stretches.map(({ kind, from, to }) => {
        const [x1, x2] = [at(from), at(to ?? now)];
        const future = Math.max(x1, Math.min(x2, at(now)));
        return (
          <g key={`${kind}${from}`}>
            <rect
              x={x1}
              y={middle - 7}
              width={Math.max(1, future - x1)}
              height={14}
              fill={PERIODS[kind].fill}
            />
            {/* What is still to come is drawn as an outline. */}
            {x2 > future && (
              <rect
                x={future}
                y={middle - 6.5}
                width={x2 - future}
                height={13}
                fill="#e3f1f1"
                stroke="#0b6e6e"
                strokeDasharray="3 2"
              />
            )}
          </g>
        );
      })}
      {line.shippedAt && <Shipped x={at(line.shippedAt)} y={middle} />}
      {line.deliveredAt && <Delivered x={at(line.deliveredAt)} y={middle} />}
      {endsAt && <End x={at(endsAt)} y={middle} />}
    </g>
  );
}

/** From the first payment to the last end, with room for the marks and always including now. */
function spanOf(lines: readonly Line[], now: number): [number, number] {
  const moments = lines.flatMap(({ paidAt, stretches, window }) => [
    Date.parse(paidAt),
    ...stretches.map(({ to }) => (to ? Date.parse(to) : now)),
    ...(window?.endsAt ? [Date.parse(window.endsAt)] : []),
  ]);
  const [begin, end] = [Math.min(now, ...moments), Math.max(now, ...moments)];
  const room = Math.max((end - begin) * 0.02, 3_600_000);
  return [begin - room, end + room];
}

/** Text alternative of the chart for a line. */
function useDescription(): (line: Line) => string {
  const t = useT();
  const { time } = useFormats();
  return ({ lineId, deliveredAt, window }) => {
    const what = deliveredAt
      ? `${t(TEXTS.delivered)} ${time(deliveredAt)}, ${t(TEXTS.ends)} ${
          window?.endsAt ? time(window.endsAt) : t(TEXTS.open)
        }`
      : t(TEXTS.notDelivered);
    return `${t(TEXTS.line)} ${lineId}: ${what}.`;
  };
}

function WindowsTable({ lines, skus }: { lines: readonly Line[]; skus: ReadonlyMap<string, string> }) {
  const t = useT();
  return (
    <Scroll label={t(TEXTS.title)}>
      <Table<Line>
        size="small"
        rowKey="lineId"
        style={{ marginTop: 10 }}
        dataSource={[...lines]}
        pagination={lines.length > MAX_ROWS ? { pageSize: MAX_ROWS, showSizeChanger: false } : false}
        columns={[
          {
            key: 'line',
            title: t(TEXTS.line),
            render: (_, { lineId }) => `${lineId}${skus.has(lineId) ? ` · ${skus.get(lineId)}` : ''}`,
          },
          { key: 'state', title: t(WORDS.state), render: (_, { state }) => <StateTag state={state} /> },
          // The most important columns come first: on narrow screens the others are off to the right.
          { key: 'ends', title: t(TEXTS.ends), render: (_, line) => <WindowEnd line={line} /> },
          { key: 'due', title: t(TEXTS.due), render: (_, { dueAt }) => <TimeText at={dueAt} /> },
          {
            key: 'shipped',
            title: t(TEXTS.shipped),
            render: (_, { shippedAt }) => <TimeText at={shippedAt} />,
          },
          {
            key: 'delivered',
            title: t(TEXTS.delivered),
            render: (_, { deliveredAt }) => <TimeText at={deliveredAt} />,
          },
          { key: 'pauses', title: t(TEXTS.pauses), render: (_, line) => <Pauses line={line} /> },
        ]}
      />
    </Scroll>
  );
}

function Pauses({ line }: { line: Line }) {
  const t = useT();
  const pauses = line.window?.pauses ?? [];
  if (pauses.length === 0) return <>{t(TEXTS.never)}</>;
  return pauses.map(({ returnId, from, to }) => (
    <div key={returnId} style={{ whiteSpace: 'normal' }}>
      <TimeText at={from} /> – {to ? <TimeText at={to} /> : t(TEXTS.still)}
    </div>
  ));
}

function WindowEnd({ line: { window, state, deliveredAt } }: { line: Line }) {
  const t = useT();
  if (window?.endsAt) return <TimeText at={window.endsAt} />;
  if (state === 'canceled' || state === 'returned') return <>{t(TEXTS.none)}</>;
  return (
    <div style={{ maxWidth: 160, whiteSpace: 'normal' }}>
      {t(deliveredAt ? TEXTS.open : TEXTS.notDelivered)}
    </div>
  );
}
