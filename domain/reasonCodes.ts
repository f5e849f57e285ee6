import type { Locale } from './application';

type Texts = Record<Locale, string>;

/** A reason that reviewers choose from. */
export interface ReasonCode {
  code: string;
  decision: 'reject' | 'request_changes';
  /** Message to the applicant. */
  public: Texts;
  /** Internal meaning. The applicant never sees it, nor the code. */
  internal: Texts;
}

/** All reasons. Codes are stored with decisions: the wording of a code that was used may change, the code must stay. */
export const reasonCodes: readonly ReasonCode[] = [
  {
    code: 'document_unreadable',
    decision: 'request_changes',
    public: {
      'zh-CN': '上传的证件不清晰或不完整，请重新提交四角完整、文字清楚的版本。',
      en: 'A document is blurred or incomplete. Please submit it again with all corners visible and the text readable.',
    },
    internal: {
      'zh-CN': '证件无法辨认，尚无法判断真伪。',
      en: 'The document cannot be read, so it is not known whether it is genuine.',
    },
  },
  {
    code: 'number_mismatch',
    decision: 'request_changes',
    public: {
      'zh-CN': '填写的证件号码或有效期与证件不一致，请核对后重新填写。',
      en: 'A number or validity date you entered differs from the document. Please check and enter it again.',
    },
    internal: {
      'zh-CN': '号码或日期校验未通过，多为笔误。第二次仍不一致时请驳回。',
      en: 'The check of a number or date failed, usually a typing error. If it differs a second time, reject.',
    },
  },
  {
    code: 'credential_expiring',
    decision: 'request_changes',
    public: {
      'zh-CN': '资质已过期或即将过期，请提交续期后的证件。',
      en: 'A credential has expired or is about to expire. Please submit the renewed one.',
    },
    internal: {
      'zh-CN': '有效期不足 30 天，或已过期。',
      en: 'Less than 30 days of validity left, or expired.',
    },
  },
  {
    code: 'account_holder_differs',
    decision: 'request_changes',
    public: {
      'zh-CN': '收款账户户名与申请人不一致，请提供申请人本人（本企业）名下的账户。',
      en: "The holder of the bank account is not the applicant. Please enter an account in the applicant's own name.",
    },
    internal: {
      'zh-CN': '佣金只付给本人；不得以授权书代替。',
      en: 'Commission is paid to the applicant only; an authorisation letter is not accepted.',
    },
  },
  {
    code: 'channel_unclear',
    decision: 'request_changes',
    public: {
      'zh-CN': '请补充销售渠道的账号名称或店铺链接，以便我们核实。',
      en: 'Please enter the account names or shop links of your sales channels, so that we can verify them.',
    },
    internal: { 'zh-CN': '渠道无法核实。', en: 'The sales channels could not be verified.' },
  },
  {
    code: 'identity_not_verified',
    decision: 'reject',
    public: {
      'zh-CN': '我们无法核实您的身份信息。',
      en: 'We could not verify your identity.',
    },
    internal: {
      'zh-CN': '补充资料后身份仍无法核实，或证件疑似伪造。',
      en: 'The identity could still not be verified after changes, or a document looks forged.',
    },
  },
  {
    code: 'already_distributor',
    decision: 'reject',
    public: {
      'zh-CN': '同一身份已有分销商账户或在审申请，每个主体只能拥有一个账户。',
      en: 'There is already a distributor or an open application with the same identity. Each person or company can have one distributor account only.',
    },
    internal: {
      'zh-CN': '证件号、账户或手机号与现有分销商重复。',
      en: 'Identity number, bank account or phone number is the same as that of another distributor.',
    },
  },
  {
    code: 'channel_not_suitable',
    decision: 'reject',
    public: {
      'zh-CN': '您的销售渠道目前不符合我们的合作要求。',
      en: 'Your sales channels do not meet our requirements at present.',
    },
    internal: {
      'zh-CN': '渠道与品牌不符，或有低价、跨区销售记录。',
      en: 'Channels do not fit the brand, or have a record of price breaches or diversion.',
    },
  },
  {
    code: 'region_full',
    decision: 'reject',
    public: {
      'zh-CN': '您申请的区域目前不再招募分销商，欢迎日后再次申请。',
      en: 'We are not accepting more distributors in your region at present. You are welcome to apply again later.',
    },
    internal: {
      'zh-CN': '区域名额已满，与申请人资质无关。',
      en: 'The region is full; this has nothing to do with the applicant.',
    },
  },
  {
    code: 'risk',
    decision: 'reject',
    public: {
      'zh-CN': '经综合评估，我们暂时无法通过您的申请。',
      en: 'After a full review we cannot approve your application at present.',
    },
    internal: {
      'zh-CN': '黑名单、欺诈迹象或上级关系异常。不得向申请人透露细节，请写内部备注。',
      en: 'Blacklist, signs of fraud or an unusual sponsor relationship. Do not tell the applicant any details; write an internal note.',
    },
  },
];

/** The codes of one decision. */
export function codesFor(decision: ReasonCode['decision']): string[] {
  return reasonCodes.filter((reason) => reason.decision === decision).map(({ code }) => code);
}

/** The codes for refusing a renewal of a credential; the distributor may hand in another one. */
export const renewalCodes = [
  'document_unreadable',
  'number_mismatch',
  'credential_expiring',
  'identity_not_verified',
];

/**
 * Message to the applicant: the public text of the code in the applicant's language, followed by what the reviewer added.
 * @param added free text; required if there is no code
 */
export function publicReason(code: string | null, locale: Locale, added: string | null): string {
  const text = reasonCodes.find((reason) => reason.code === code)?.public[locale];
  return [text, added].filter(Boolean).join('\n\n');
}
