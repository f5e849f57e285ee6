import type { Text } from './text';

/** The selection of a run as text. */
export function selectionText(selection: Record<string, unknown>, time: (at: string) => string): Text {
  const { commissionIds, dueBefore, distributorId, currency, automatic } = selection;
  if (automatic)
    return {
      zh: '一位分销商受限期间到期的自动结算',
      en: 'Commissions of one distributor that came due during a restriction, automatic plans',
    };
  if (Array.isArray(commissionIds))
    return { zh: `勾选的 ${commissionIds.length} 条`, en: `${commissionIds.length} selected` };
  const zh = [`${time(String(dueBefore))} 前待结算的全部`];
  const en = [`All due before ${time(String(dueBefore))}`];
  if (distributorId) {
    zh.push('一位分销商');
    en.push('one distributor');
  }
  if (currency) {
    zh.push(String(currency));
    en.push(String(currency));
  }
  return { zh: zh.join('，'), en: en.join(', ') };
}
