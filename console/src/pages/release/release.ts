import type { Answer } from '../../api/types';
import type { Text } from '../../locale/locale';

/** Texts of release runs. */
export const RELEASE = {
  items: { zh: '佣金数', en: 'Commissions' },
  proposedTotal: { zh: '拟结算金额', en: 'Amount proposed' },
  releasedTotal: { zh: '实际结算金额', en: 'Amount released' },
  selection: { zh: '范围', en: 'Scope' },
  approvals: { zh: '审批', en: 'Approval' },
  one: { zh: '一人即可', en: 'One person' },
  two: { zh: '需要第二人', en: 'A second person' },
  proposedBy: { zh: '发起人', en: 'Proposed by' },
  proposedAt: { zh: '发起时间', en: 'Proposed' },
  finishedAt: { zh: '完成时间', en: 'Finished' },
} satisfies Record<string, Text>;

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

/** Whether a run is in progress: approved and not finished. */
export const isInProgress = (state: Answer<'/v1/commission-releases/{id}'>['state']) =>
  state === 'approved' || state === 'running';
