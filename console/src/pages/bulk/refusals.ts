import type { Text } from '../../locale/locale';

const REFUSALS: Record<string, Text> = {
  withdrawal_decided: { zh: '已被处理过', en: 'Already decided' },
  already_approved_by_you: {
    zh: '您已批准过，需由另一位财务人员批准',
    en: 'You have already approved it; a second person must approve',
  },
  own_withdrawal: { zh: '不能批准自己的提现', en: 'You cannot approve your own withdrawal' },
  distributor_not_active: { zh: '分销商不是正常状态', en: 'Distributor not active' },
  commission_settled: { zh: '佣金已结算或已冲销', en: 'Commission already released or reversed' },
  commission_unknown: { zh: '没有这笔佣金', en: 'Commission not found' },
  already_on_hold: { zh: '已因同一原因暂缓结算', en: 'Already on hold for this reason' },
  not_on_hold: { zh: '没有暂缓结算', en: 'Not on hold' },
  claimed_by_another: { zh: '已被其他同事领取', en: 'Claimed by a colleague' },
  role_not_allowed: { zh: '您没有这个权限', en: 'You do not have permission' },
  right_ended: { zh: '执行期间您的权限已失效', en: 'Your permission ended while this was running' },
  not_found: { zh: '没有找到', en: 'Not found' },
};

/** Text for a refused item of a bulk action; undefined if only the API has one. */
export const refusalText = (code: string): Text | undefined => REFUSALS[code];
