import type { RefusalCode } from '../../../../domain/refusals';
import type { Text } from '../../locale/locale';

const REFUSALS: Partial<Record<RefusalCode, Text>> = {
  withdrawal_decided: { zh: '已被处理过', en: 'It was decided already' },
  second_person_needed: {
    zh: '您已批准过，第二次批准须由他人完成',
    en: 'You approved it already; the second approval comes from somebody else',
  },
  own_withdrawal: { zh: '不能批准自己的提现', en: 'Nobody approves a withdrawal of their own' },
  distributor_not_active: { zh: '分销商不是正常状态', en: 'The distributor is not active' },
  commission_settled: { zh: '佣金已放款或已冲回', en: 'The commission is released or reversed already' },
  application_decided: { zh: '申请已处理完毕', en: 'The application is decided' },
  application_not_found: { zh: '没有这份申请', en: 'There is no such application' },
  application_state: { zh: '申请正等待申请人修改', en: 'The application waits for the applicant' },
  commission_not_found: { zh: '没有这笔佣金', en: 'There is no such commission' },
  distributor_not_found: { zh: '没有这个分销商', en: 'There is no such distributor' },
  distributor_state: { zh: '分销商的状态已改变', en: 'The state of the distributor has changed' },
  withdrawal_not_found: { zh: '没有这笔提现', en: 'There is no such withdrawal' },
  payouts_restricted: { zh: '该分销商的打款受限制', en: 'Payouts to the distributor are restricted' },
  already_on_hold: { zh: '已因同一原因扣留', en: 'It is on hold for this reason already' },
  not_on_hold: { zh: '没有被扣留', en: 'It is not on hold' },
  claimed_by_another: { zh: '已被其他同事领取', en: 'A colleague has claimed it' },
  role_not_allowed: { zh: '您没有这个权限', en: 'You have no right to this' },
  right_ended: { zh: '执行期间您的权限已失效', en: 'Your right to it ended meanwhile' },
  not_found: { zh: '没有找到', en: 'Not found' },
};

/** Why an entry of a bulk action was refused, in words; undefined where only the API's words are known. */
export const refusalText = (code: string): Text | undefined => REFUSALS[code as RefusalCode];
