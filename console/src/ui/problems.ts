import { useCallback } from 'react';
import { type ProblemCode, ProblemError } from '../api/problem';
import { type Text, useLocale } from '../locale/locale';

/** Texts of refusals that are the same on every page. */
const TITLES: Partial<Record<ProblemCode, Text>> = {
  role_not_allowed: { zh: '您没有权限查看或执行此操作', en: 'You do not have permission to view or do this' },
  not_found: { zh: '没有找到', en: 'Not found' },
  temporarily_unavailable: {
    zh: '服务暂时不可用，请稍后重试',
    en: 'The service is temporarily unavailable; try again shortly',
  },
  seal_not_readable: {
    zh: '号码无法解密：缺少密钥，请联系管理员',
    en: 'The number cannot be decrypted because its key is missing; contact an administrator',
  },
  too_many_requests: { zh: '操作太频繁，请稍候', en: 'Too many requests; wait a moment' },
  body_not_valid: { zh: '有内容填写不正确', en: 'Some fields are invalid' },
  application_decided: { zh: '这份申请已处理完毕', en: 'This application has already been decided' },
  application_state: {
    zh: '申请的状态已改变，不能执行此操作',
    en: 'The state of the application has changed',
  },
  note_required: {
    zh: '有检查未通过：请写明仍然批准的理由',
    en: 'A check failed: give a reason for approving anyway',
  },
  blacklisted: {
    zh: '申请人的号码在黑名单上，不能批准',
    en: 'A number of the applicant is on the blacklist; the application cannot be approved',
  },
  identity_number_taken: {
    zh: '该证件号已属于另一位分销商',
    en: 'This identity number belongs to another distributor',
  },
  shop_customer_taken: {
    zh: '该商城账号已属于另一位分销商',
    en: 'This customer ID belongs to another distributor',
  },
  document_ambiguous: {
    zh: '文件里还藏有别的内容，请重新拍照或另存为 PDF、JPEG 或 PNG',
    en: 'The file contains something else; take a new photo, or save it again as a PDF, JPEG or PNG',
  },
  document_attached: {
    zh: '文件属于另一位申请人或分销商，请重新上传',
    en: 'The file belongs to another applicant or distributor; upload it again',
  },
  document_damaged: {
    zh: '文件打不开，请检查后重新上传',
    en: 'The file cannot be opened; check it and upload it again',
  },
  document_empty: { zh: '文件是空的', en: 'The file is empty' },
  document_encrypted: {
    zh: 'PDF 有密码或限制，请去掉后再上传，或直接拍照',
    en: 'The PDF is protected; remove the protection, or take photos',
  },
  document_not_found: {
    zh: '上传的文件已失效，请重新上传',
    en: 'The uploaded file is no longer there; upload it again',
  },
  document_not_readable: {
    zh: '文件在存储中丢失，请联系管理员',
    en: 'The file is missing in the storage; contact an administrator',
  },
  document_too_complex: {
    zh: '文件太复杂，打不开；请打印成新的 PDF，或直接拍照',
    en: 'The file is too complex to open; print it to a new PDF, or take photos',
  },
  document_too_large: { zh: '文件超过 20 MB', en: 'The file is larger than 20 MB' },
  document_too_many_pages: {
    zh: 'PDF 页数太多，最多 200 页；只上传需要的页',
    en: 'The PDF has more than 200 pages; upload only the pages that matter',
  },
  document_too_many_pixels: {
    zh: '图片尺寸太大，请缩小后再上传',
    en: 'The image has too many pixels; upload a smaller one',
  },
  document_type: {
    zh: '文件内容不是 PDF、JPEG 或 PNG',
    en: 'The content of the file is not a PDF, JPEG or PNG',
  },
  too_many_documents: {
    zh: '文件太多，请把几页合并成一个 PDF',
    en: 'Too many files; combine pages into one PDF',
  },
  deadline_passed: {
    zh: '期限已过，请选择更晚的时间',
    en: 'The deadline is in the past; choose a later time',
  },
  account_change_decided: { zh: '这项变更已处理', en: 'This change has already been decided' },
  account_change_state: { zh: '变更的状态不允许此操作', en: 'The state of the change does not allow this' },
  account_change_open: {
    zh: '同一资料已有变更在处理中，请先取消',
    en: 'A change of the same data is in progress; cancel it first',
  },
  account_unchanged: { zh: '与现有资料相同，无需变更', en: 'Same as the current value' },
  address_link_not_valid: {
    zh: '链接不完整或不正确，请从邮件中重新打开',
    en: 'The link is incomplete or incorrect; open it from the email again',
  },
  email_taken: { zh: '另一位用户使用此邮箱登录', en: 'Another user signs in with this address' },
  distributor_state: { zh: '分销商的状态已改变', en: 'The state of the distributor has changed' },
  already_blacklisted: { zh: '该号码已在黑名单上', en: 'The number is already on the blacklist' },
  below_minimum: { zh: '低于最低提现金额', en: 'Below the minimum withdrawal amount' },
  insufficient_available: { zh: '可提现余额不足', en: 'Insufficient available balance' },
  distributor_not_active: {
    zh: '账户已被暂停，暂时不能提现',
    en: 'The account is suspended and cannot withdraw',
  },
  payouts_restricted: {
    zh: '打款受限制，暂时不能提现',
    en: 'Payouts are restricted; nothing can be withdrawn',
  },
  figures_changed: {
    zh: '笔数或金额已有变化，请核对下面的新数字后再次确认',
    en: 'The count or total has changed; check the new figures below and confirm again',
  },
  payout_file_not_fetched: {
    zh: '打款文件还没有下载，不能确认打款结果',
    en: 'The payout file has not been downloaded, so the results cannot be confirmed',
  },
  no_bank_account: {
    zh: '没有收款账户，请先在“我的资料”中添加',
    en: 'No payout account on record; add one under “My details”',
  },
  withdrawal_decided: { zh: '这笔提现的状态已改变', en: 'The state of the withdrawal has changed' },
  claimed_by_another: { zh: '已被其他同事领取', en: 'Claimed by a colleague' },
  too_many_attempts: {
    zh: '尝试次数过多，请稍候再试（半分钟至十五分钟）',
    en: 'Too many attempts; try again later (30 seconds to 15 minutes)',
  },
  too_many_mails: {
    zh: '已多次申请邮件，请先查收（包括垃圾邮件），一小时后再试',
    en: 'Too many emails requested. Check your inbox and spam folder, or try again in an hour',
  },
  link_not_valid: {
    zh: '链接已使用、已被新链接取代或已过期。请在登录页点击“忘记密码”获取新链接',
    en: 'The link has been used, replaced or has expired. Get a new one with “Forgot your password?” on the sign-in page',
  },
  password_too_short: { zh: '密码至少需要 12 个字符', en: 'The password needs at least 12 characters' },
  password_contains_address: {
    zh: '密码中含有您的邮箱地址，请换一个',
    en: 'The password contains your email address; choose another one',
  },
  password_too_common: {
    zh: '密码太常见，容易被猜到，请换一个',
    en: 'This password is common and easy to guess; choose another one',
  },
  own_account: {
    zh: '不能变更自己的角色、停用自己或在此移除自己的两步验证，请由另一位管理员操作',
    en: 'You cannot change your own role, disable your own account or remove your own two-step verification here; ask another administrator',
  },
  last_admin: {
    zh: '这是最后一位能登录的管理员。请先让另一位管理员设置密码',
    en: 'This is the last administrator who can sign in. Another administrator must set a password first',
  },
  user_of_distributor: {
    zh: '分销商的用户不能变更角色，请用另一个邮箱新增用户',
    en: "The role of a distributor's user cannot be changed; add another user with a different email address",
  },
  user_disabled: { zh: '该用户已停用，请先重新启用', en: 'The user is disabled; enable it first' },
  right_exceeded: {
    zh: '不能给出超过自己的权限，也不能管理权限更高的账户',
    en: 'You cannot give more rights than you have, nor manage an account that has more',
  },
  second_factor_required: {
    zh: '管理员账户只能由以两步验证登录的管理员变更。请在“我的账户”开启两步验证，或用验证码重新登录',
    en: "An administrator's account can be changed only by an administrator who is signed in with two-step verification. Set it up under My account, or sign in again with a code",
  },
  scope_not_for_machine: {
    zh: '供系统使用的密钥不能有此权限',
    en: 'A key for a system cannot have this scope',
  },
  scope_not_for_role: {
    zh: '所选权限中有该用户的角色没有的权限',
    en: "Some of the selected scopes are not available to this user's role",
  },
  mail_state: {
    zh: '这封邮件已在发送或已送达，无需重发',
    en: 'This email is being sent or was already sent',
  },
  mail_link_over: {
    zh: '邮件中的一次性链接已失效，请在用户页面生成新链接（会自动发送邮件）',
    en: "The one-time link in this email has expired. Create a new one on the user's page; it is emailed automatically",
  },
  csrf_refused: {
    zh: '请求来源不被信任，请刷新页面',
    en: 'The origin of the request is not trusted; reload the page',
  },
};

const REFUSED: Text = { zh: '操作未被接受', en: 'The request was not accepted' };
const UNREACHABLE: Text = { zh: '无法连接服务器', en: 'Cannot reach the server' };
const UNREACHABLE_DETAIL: Text = {
  zh: '请检查网络；服务器恢复后重试即可，已填写的内容不会丢失。',
  en: 'Check your network. You can retry when the server is back; nothing you entered is lost.',
};
const SERVER_ERROR: Text = { zh: '服务器出错', en: 'Server error' };

/** Returns the text of an error: a title and the API's detail. */
export function useProblemText(): (error: unknown) => { title: string; detail?: string } {
  const { t, locale } = useLocale();
  return useCallback(
    (error) => {
      if (!(error instanceof ProblemError)) return { title: t(UNREACHABLE), detail: t(UNREACHABLE_DETAIL) };
      const known = TITLES[error.code];
      const title = t(known ?? (error.status >= 500 ? SERVER_ERROR : REFUSED));
      // The API's detail is in English; skip it if the title already says it.
      return { title, detail: known && locale === 'zh-CN' ? undefined : error.message };
    },
    [t, locale],
  );
}
