import { credentialTypes } from '../../../domain/credentialTypes';
import { type Text, useT } from './locale';

export const CREDENTIAL_TYPE_OPTIONS = Object.entries(credentialTypes).map(([value, label]) => ({
  value,
  label,
}));

/** The name of a code, or the code if there is none. */
export function CodeName({ names, code }: { names: Record<string, Text>; code: string }) {
  const t = useT();
  return names[code] ? t(names[code]) : code;
}

/** List of names. */
export function CodeNames({ names, codes }: { names: Record<string, Text>; codes: readonly string[] }) {
  const t = useT();
  return codes.map((code) => (names[code] ? t(names[code]) : code)).join(t({ zh: '、', en: ', ' }));
}

/** Results of automatic checks by code. For other codes the API's English text is shown. */
export const CHECK_CODES: Record<string, Text> = {
  identity_valid: {
    zh: '号码格式与校验位正确，已成年。',
    en: 'Format and check character are correct; the holder is an adult.',
  },
  identity_length: {
    zh: '身份证号码应为 18 位，请完整填写。',
    en: 'A resident identity number has 18 characters. Enter all of them.',
  },
  identity_character: {
    zh: '身份证号码应为 17 位数字加 1 位数字或 X。',
    en: 'A resident identity number has 17 digits followed by a digit or X.',
  },
  identity_check_character: {
    zh: '最后一位校验码不符，有一位填写错误，请对照证件核对。',
    en: 'The check character is wrong, so one character is mistyped. Compare it with the card.',
  },
  identity_birth_date: {
    zh: '第 7 至 14 位不是有效的出生日期。',
    en: 'Digits 7 to 14 are not a valid birth date.',
  },
  identity_birth_in_future: { zh: '出生日期在今天之后。', en: 'The birth date is in the future.' },
  identity_under_age: { zh: '未满 18 周岁，不能申请。', en: 'Under 18. Applicants must be adults.' },
  identity_region_unknown_province: {
    zh: '前两位不是省级行政区代码，请对照证件核对。',
    en: 'The first two digits are not a province. Compare the number with the card.',
  },
  identity_region_unknown: {
    zh: '前六位不在 2002 年以来的行政区划代码中；较早发放的号码可能如此，请对照证件核对。',
    en: 'The first six digits are in no edition of the division codes since 2002. Older numbers can have them: compare the number with the card.',
  },
  identity_region_not_yet: {
    zh: '出生时尚无此行政区划；出生后才登记的号码可能如此，请对照证件核对。',
    en: 'The division did not exist yet at birth. Numbers issued later can have it: compare the number with the card.',
  },
  identity_region_no_longer: {
    zh: '出生时此行政区划已撤销，请对照证件核对。',
    en: 'The division no longer existed at birth. Compare the number with the card.',
  },
  uscc_valid: { zh: '代码格式与校验位正确。', en: 'Format and check character are correct.' },
  uscc_length: {
    zh: '统一社会信用代码应为 18 位，请完整填写。',
    en: 'A unified social credit code has 18 characters. Enter all of them.',
  },
  uscc_character: {
    zh: '统一社会信用代码只含数字和大写字母（不含 I、O、S、V、Z）。',
    en: 'A unified social credit code has digits and capital letters only, without I, O, S, V and Z.',
  },
  uscc_check_character: {
    zh: '最后一位校验码不符，有一位填写错误，请对照营业执照核对。',
    en: 'The check character is wrong, so one character is mistyped. Compare it with the licence.',
  },
  bank_account_valid: { zh: '账号格式正确。', en: 'Format is correct.' },
  bank_account_character: { zh: '银行账号只能是数字。', en: 'An account number has digits only.' },
  bank_account_length: {
    zh: '位数不符：个人银行卡 16 至 19 位，对公账户 9 至 32 位。',
    en: 'A personal card number has 16 to 19 digits, a corporate account number 9 to 32.',
  },
  bank_account_check_digit: {
    zh: '卡号校验位不符，有一位填写错误，请对照银行卡核对。',
    en: 'The check digit is wrong, so one digit is mistyped. Compare it with the card.',
  },
  phone_valid: { zh: '手机号格式正确。', en: 'Format is correct.' },
  phone_mainland_mobile: {
    zh: '中国大陆手机号为 11 位，以 13 至 19 开头。',
    en: 'A mainland China mobile number has 11 digits and starts with 13 to 19.',
  },
  phone_e164: {
    zh: '请填写 11 位大陆手机号，或以 + 和国家代码开头的国际号码。',
    en: 'Enter an 11-digit mainland China number, or + followed by country code and number.',
  },
  holder_agrees: { zh: '与本人（本企业）名称一致。', en: 'The holder has the same name.' },
  holder_differs: {
    zh: '与本人（本企业）名称不一致，请对照证件核对。',
    en: 'The holder has another name. Compare both names with the documents.',
  },
  identity_agrees: {
    zh: '与申请人的证件号码一致。',
    en: 'The document has the identity number of the application.',
  },
  identity_differs: {
    zh: '证件上的号码与申请填写的证件号码不一致。',
    en: 'The document has another number than the identity number of the application.',
  },
  validity_valid: { zh: '在有效期内。', en: 'Valid today.' },
  validity_date: { zh: '不是有效日期。', en: 'Not a valid date.' },
  validity_reversed: { zh: '截止日期早于起始日期。', en: 'The end date is before the start date.' },
  validity_not_started: {
    zh: '尚未生效，请提交当前有效的证件。',
    en: 'Not valid yet. Submit a document that is valid today.',
  },
  validity_expired: { zh: '已过期，请先续期。', en: 'Expired. Renew it first.' },
  identity_number_unique: {
    zh: '没有其他申请或分销商使用此证件号。',
    en: 'No other application or distributor uses this number.',
  },
  identity_number_duplicate: {
    zh: '其他申请或分销商使用了相同的证件号。',
    en: 'Another application or distributor uses the same identity number.',
  },
  phone_unique: {
    zh: '没有其他申请或分销商使用此手机号。',
    en: 'No other application or distributor uses this number.',
  },
  phone_duplicate: {
    zh: '其他申请或分销商使用了相同的手机号。',
    en: 'Another application or distributor uses the same phone number.',
  },
  bank_account_unique: {
    zh: '没有其他申请或分销商使用此账户。',
    en: 'No other application or distributor uses this account.',
  },
  bank_account_duplicate: {
    zh: '其他申请或分销商使用了相同的银行账户。',
    en: 'Another application or distributor uses the same bank account.',
  },
  email_unique: { zh: '没有其他用户使用此邮箱。', en: 'No other user has this address.' },
  email_duplicate: {
    zh: '另一位用户使用此邮箱登录，不能批准。',
    en: 'Another user signs in with this address; the change cannot be approved.',
  },
  credential_number_unique: {
    zh: '没有其他申请或分销商使用这些资质编号。',
    en: 'No other application or distributor uses these numbers.',
  },
  credential_number_duplicate: {
    zh: '其他申请或分销商使用了相同的资质编号。',
    en: 'Another application or distributor uses the same credential number.',
  },
  not_blacklisted: { zh: '号码不在黑名单上。', en: 'No number is on the blacklist.' },
  blacklisted: {
    zh: '有号码在黑名单上，不能批准。',
    en: 'A number is on the blacklist; it cannot be approved.',
  },
  sponsor_active: { zh: '上级是正常状态的分销商。', en: 'The sponsor is an active distributor.' },
  sponsor_unknown: { zh: '没有分销商使用此推荐码。', en: 'No distributor has this referral code.' },
  sponsor_suspended: { zh: '上级已被暂停。', en: 'The sponsor is suspended.' },
  sponsor_terminated: { zh: '上级已终止合作。', en: 'The sponsor is terminated.' },
};

const CHECK_NAMES: Record<string, Text> = {
  identity_number: { zh: '证件号码', en: 'Identity number' },
  bank_account: { zh: '银行账户', en: 'Bank account' },
  phone: { zh: '手机号', en: 'Phone number' },
  number: { zh: '编号', en: 'Number' },
  holder: { zh: '持有人', en: 'Holder' },
  identity: { zh: '证件号码一致', en: 'Identity number agrees' },
  validity: { zh: '有效期', en: 'Validity' },
  duplicate: { zh: '编号查重', en: 'Number used elsewhere' },
  'duplicate/identity_number': { zh: '证件号查重', en: 'Identity number used elsewhere' },
  'duplicate/phone': { zh: '手机号查重', en: 'Phone number used elsewhere' },
  'duplicate/bank_account': { zh: '银行账户查重', en: 'Bank account used elsewhere' },
  'duplicate/email': { zh: '邮箱查重', en: 'Email address used elsewhere' },
  'duplicate/credential_number': { zh: '资质编号查重', en: 'Credential number used elsewhere' },
  blacklist: { zh: '黑名单', en: 'Blacklist' },
  'holder/bank_account': { zh: '收款账户户名', en: 'Account holder' },
  sponsor: { zh: '上级推荐码', en: "Sponsor's referral code" },
};

/** Name of a check: `credential/1/validity` is about the first credential. */
export function checkName(name: string): Text {
  const known = CHECK_NAMES[name];
  if (known) return known;
  const [, at, what] = /^credential\/(\d+)\/(number|validity|holder|identity)$/.exec(name) ?? [];
  if (what === 'number') return { zh: `资质 ${at} 编号`, en: `Number of credential ${at}` };
  if (what === 'holder') return { zh: `资质 ${at} 持有人`, en: `Holder of credential ${at}` };
  if (what === 'identity') return { zh: `资质 ${at} 与证件号码`, en: `Credential ${at} and identity number` };
  if (what === 'validity') return { zh: `资质 ${at} 有效期`, en: `Validity of credential ${at}` };
  return { zh: name, en: name };
}

/** Short names of reason codes; the texts that the applicant gets come from the API. */
export const REASON_CODES: Record<string, Text> = {
  document_unreadable: { zh: '证件不清晰', en: 'Document unreadable' },
  number_mismatch: { zh: '号码或有效期不一致', en: 'Number or date differs' },
  credential_expiring: { zh: '资质已过期或即将过期', en: 'Credential expired or expiring' },
  account_holder_differs: { zh: '收款户名不一致', en: 'Account holder differs' },
  channel_unclear: { zh: '销售渠道不明', en: 'Sales channels unclear' },
  identity_not_verified: { zh: '身份无法核实', en: 'Identity not verified' },
  already_distributor: { zh: '已有账户', en: 'Already a distributor' },
  channel_not_suitable: { zh: '渠道不符合要求', en: 'Sales channels not suitable' },
  region_full: { zh: '区域名额已满', en: 'Region is full' },
  risk: { zh: '风险', en: 'Risk' },
};
