import { partsOf } from '../../../domain/kinds';
import { EVENTS, readable } from '../../../domain/words/events';
import { type Text, useT } from '../locale/locale';

/** Meaning of the third part of a transfer key; docs/ledger.md lists all of them. */
const CAUSES: Record<string, Text> = {
  accrue: { zh: '订单支付', en: 'Order paid' },
  release: { zh: '结算', en: 'Released' },
  'release-debt': { zh: '结算抵扣欠款', en: 'Released, paid against debt' },
  reverse: { zh: '结算前冲销', en: 'Reversed before release' },
  clawback: { zh: '结算后追回', en: 'Clawed back after release' },
  'clawback-debt': { zh: '结算后追回，计入欠款', en: 'Clawed back after release, recorded as debt' },
  reserve: { zh: '申请提现', en: 'Withdrawal requested' },
  pay: { zh: '打款', en: 'Paid out' },
  return: { zh: '提现退回', en: 'Withdrawal returned to balance' },
  'return-debt': { zh: '提现退回，抵扣欠款', en: 'Withdrawal returned, paid against debt' },
};

/** Cause of a transfer, from its key: `commission/7/reverse/return/R-1`. */
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
