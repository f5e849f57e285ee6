import type { RefusalCode } from '../refusals';
import type { Text } from './text';

const REFUSALS: Partial<Record<RefusalCode, Text>> = {
  withdrawal_decided: { zh: '已被处理过', en: 'Already decided' },
  second_person_needed: {
    zh: '您已批准过，需由另一位财务人员批准',
    en: 'You have already approved it; a second person must approve',
  },
  own_withdrawal: { zh: '不能批准自己的提现', en: 'You cannot approve your own withdrawal' },
  distributor_not_active: { zh: '分销商不是正常状态', en: 'Distributor not active' },
  commission_settled: { zh: '佣金已结算或已冲销', en: 'Commission already released or reversed' },
  application_decided: { zh: '申请已处理完毕', en: 'Application already decided' },
  application_not_found: { zh: '没有这份申请', en: 'Application not found' },
  application_state: { zh: '申请正等待申请人修改', en: 'Waiting for changes by the applicant' },
  commission_not_found: { zh: '没有这笔佣金', en: 'Commission not found' },
  distributor_not_found: { zh: '没有这个分销商', en: 'Distributor not found' },
  distributor_state: { zh: '分销商的状态已改变', en: 'The state of the distributor has changed' },
  withdrawal_not_found: { zh: '没有这笔提现', en: 'Withdrawal not found' },
  payouts_restricted: { zh: '该分销商的打款受限制', en: 'Payouts to the distributor are restricted' },
  already_on_hold: { zh: '已因同一原因暂缓结算', en: 'Already on hold for this reason' },
  not_on_hold: { zh: '没有暂缓结算', en: 'Not on hold' },
  claimed_by_another: { zh: '已被其他同事领取', en: 'Claimed by a colleague' },
  role_not_allowed: { zh: '您没有这个权限', en: 'You do not have permission' },
  right_ended: { zh: '执行期间您的权限已失效', en: 'Your permission ended while this was running' },
  not_found: { zh: '没有找到', en: 'Not found' },
};

/** Text for a refused item of a bulk action; undefined if only the API has one. */
export const refusalText = (code: string): Text | undefined => REFUSALS[code as RefusalCode];
