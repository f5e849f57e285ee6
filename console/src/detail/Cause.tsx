import { partsOf } from '../../../domain/kinds';
import { type Text, useT } from '../locale/locale';
import { EVENTS, readable } from './eventNames';

/** What the third part of a transfer's key says; docs/ledger.md has all of them. */
const CAUSES: Record<string, Text> = {
  accrue: { zh: '订单支付', en: 'Order paid' },
  release: { zh: '放款', en: 'Released' },
  'release-debt': { zh: '放款抵扣欠款', en: 'Released, to pay the debt' },
  reverse: { zh: '放款前冲回', en: 'Taken back before the release' },
  clawback: { zh: '放款后追回', en: 'Taken back after the release' },
  'clawback-debt': { zh: '放款后追回，计入欠款', en: 'Taken back after the release, as a debt' },
  reserve: { zh: '申请提现', en: 'Withdrawal requested' },
  pay: { zh: '打款', en: 'Paid out' },
  return: { zh: '提现退回', en: 'Withdrawal given back' },
  'return-debt': { zh: '提现退回，抵扣欠款', en: 'Withdrawal given back, to pay the debt' },
};

/** Why money moved, from the key of the transfer: `commission/7/reverse/return/R-1`. */
export function Cause({ transferKey }: { transferKey: string }) {
  const t = useT();
  const [, , what = transferKey, kind, id] = partsOf(transferKey);
  const cause = t(CAUSES[what] ?? readable(what));
  if (!kind) return <>{cause}</>;
  const because =
    kind === 'return' ? t({ zh: `退货 ${id}`, en: `return ${id}` }) : t(EVENTS[kind] ?? readable(kind));
  return (
    <>
      {cause} ({because})
    </>
  );
}
