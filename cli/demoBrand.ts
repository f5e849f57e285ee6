import { completeLuhn, makeResidentIdentityNumber, makeUnifiedSocialCreditCode } from '../domain/credential';
import type { PlanTerms } from '../domain/plan';

/** A fictitious distributor of the sample brand, as an applicant. */
export interface DemoApplicant {
  /** From 1 to 40; the first eight are sponsors. */
  readonly number: number;
  /** Number of the sponsor. */
  readonly sponsor?: number;
  readonly tier: string;
  readonly email: string;
  /** Body of `POST /v1/applications`, without email address and sponsor code. */
  readonly application: Record<string, unknown>;
}

const SPONSORS = [
  '上海云帆商贸有限公司',
  '杭州青禾电子商务有限公司',
  '广州南粤优选贸易有限公司',
  '成都蜀味百货有限公司',
  '陈嘉怡',
  '林志远',
  '周雨桐',
  '黄俊杰',
];

const DOWNLINE = [
  ...['王晓燕', '李思远', '张雅婷', '刘浩然', '杨梦琪', '赵文博', '吴佳慧', '徐子轩'],
  ...['孙艺菲', '马天宇', '朱静怡', '胡一鸣', '郭欣然', '何俊熙', '高诗涵', '罗宇航'],
  ...['郑可欣', '梁宏伟', '谢婉婷', '宋明哲', '唐诗雨', '许嘉豪', '韩雪莹', '冯子墨'],
  ...['邓丽华', '曹志强', '彭雨欣', '曾庆明', '萧若兰', '田浩宇', '董佳琪', '袁立群'],
];

const REGIONS = ['CN-31', 'CN-33', 'CN-44', 'CN-51', 'CN-11', 'CN-32', 'CN-37', 'CN-42'];
const CHANNELS = ['douyin', 'xiaohongshu', 'wechat', 'taobao', 'kuaishou'];

/** The forty distributors of the sample brand, in two levels. Always the same; all fictitious. */
export function demoApplicants(): DemoApplicant[] {
  return [...SPONSORS, ...DOWNLINE].map((name, index) => {
    const isSponsor = index < SPONSORS.length;
    return {
      number: index + 1,
      ...(!isSponsor && { sponsor: ((index - SPONSORS.length) % SPONSORS.length) + 1 }),
      tier: isSponsor ? 'gold' : index % 3 === 0 ? 'silver' : 'bronze',
      email: `demo-${serialOf(index)}@distributors.example`,
      application: applicationOf(name, index),
    };
  });
}

const serialOf = (index: number) => String(index + 1).padStart(2, '0');

function applicationOf(name: string, index: number): Record<string, unknown> {
  const isCompany = name.endsWith('公司');
  const serial = serialOf(index);
  const birthDate = `19${70 + (index % 28)}-03-${String((index % 28) + 1).padStart(2, '0')}`;
  const identityNumber = isCompany
    ? makeUnifiedSocialCreditCode(`91310000MADEM0${serial}X`)
    : makeResidentIdentityNumber('110101', birthDate, `0${serial}`);
  return {
    kind: isCompany ? 'company' : 'person',
    name,
    phone: `199000001${serial}`,
    channels: [CHANNELS[index % CHANNELS.length], CHANNELS[(index + 2) % CHANNELS.length]],
    region: REGIONS[index % REGIONS.length],
    identityNumber,
    bankAccount: {
      number: isCompany ? `3100660100180100${serial}` : completeLuhn(`6222020000000000${serial}`),
      holder: name,
      bankName: isCompany ? '交通银行' : '中国工商银行',
    },
    credentials: [
      {
        type: isCompany ? 'business_license' : 'resident_identity_card',
        number: identityNumber,
        holder: name,
        validFrom: '2020-01-01',
        ...(!isCompany && { validUntil: '2040-01-01' }),
      },
    ],
  };
}

/** The plan of the sample brand: two levels, rules by category, tier and product, released by finance. */
export const DEMO_PLAN: { name: string; terms: PlanTerms } = {
  name: 'Sample brand',
  terms: {
    returnWindowDays: 7,
    automaticRelease: false,
    inactiveUpline: 'forfeit',
    attributionDays: 365,
    levels: [
      {
        default: { rateBp: 800 },
        rules: [
          { tier: 'gold', earning: { rateBp: 1000 } },
          { category: 'seasonal', earning: { rateBp: 1200 } },
          { category: 'lighting', tier: 'gold', earning: { rateBp: 1400 } },
          { category: 'bags', earning: { rateBp: 500 } },
          // The best-selling cake stand pays a fixed amount.
          { sku: '22423', earning: { fixed: 120, currency: 'GBP' } },
        ],
      },
      {
        default: { rateBp: 200 },
        rules: [
          { tier: 'gold', earning: { rateBp: 300 } },
          { category: 'bags', earning: { rateBp: 0 } },
        ],
      },
    ],
  },
};

const CATEGORIES: [string, RegExp][] = [
  ['seasonal', /CHRISTMAS|XMAS|EASTER|VALENTINE|ADVENT/],
  ['lighting', /LIGHT|CANDLE|LANTERN|LAMP/],
  ['bags', /\bBAGS?\b|PURSE|BACKPACK/],
  ['kitchen', /MUG|CUP|TEA|PLATE|BOWL|CAKE|BAKING|JAM|LUNCH|KITCHEN|COFFEE|RECIPE|SPOON/],
];

/** Category of a product of the sample brand by name, because the shop's export has none. */
export function demoCategory({ name }: { readonly name: string }): string {
  return CATEGORIES.find(([, words]) => words.test(name.toUpperCase()))?.[0] ?? 'home';
}
