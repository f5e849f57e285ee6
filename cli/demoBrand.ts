import { daysLater } from '../domain/calendarDate';
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
  /** Why it is approved although its food permit has expired. */
  readonly note?: string;
  /** A renewal of the food permit that waits for review. */
  readonly renewal?: { readonly number: string; readonly validFrom: string; readonly validUntil: string };
}

/** Days that a food permit has left: expired, expiring, and valid. */
const PERMIT_DAYS = [-20, 5, 21, 50, 200, 900];

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

/**
 * The forty distributors of the sample brand, in two levels. All fictitious, and the same but for the dates of food
 * permits, which are counted from the first day of the month, so that a second run within it finds the same.
 * @param today `YYYY-MM-DD`
 */
export function demoApplicants(today: string): DemoApplicant[] {
  return [...SPONSORS, ...DOWNLINE].map((name, index) => {
    const isSponsor = index < SPONSORS.length;
    const permit = index % 3 === 0 ? permitOf(index, `${today.slice(0, 7)}-01`) : undefined;
    return {
      number: index + 1,
      ...(!isSponsor && { sponsor: ((index - SPONSORS.length) % SPONSORS.length) + 1 }),
      tier: isSponsor ? 'gold' : index % 3 === 0 ? 'silver' : 'bronze',
      email: `demo-${serialOf(index)}@distributors.example`,
      application: applicationOf(name, index, permit),
      ...(permit && permit.left < 0 && { note: '续期受理中' }),
      ...(permit && (permit.left === 5 || permit.left < 0) && { renewal: permit.renewal }),
    };
  });
}

const serialOf = (index: number) => String(index + 1).padStart(2, '0');

interface Permit {
  left: number;
  number: string;
  validUntil: string;
  renewal: NonNullable<DemoApplicant['renewal']>;
}

function permitOf(index: number, from: string): Permit {
  const left = PERMIT_DAYS[(index / 3) % PERMIT_DAYS.length]!;
  const number = `JY131010500${serialOf(index)}`;
  const validUntil = daysLater(from, left + 27);
  const renewed = { number, validFrom: daysLater(validUntil, 1), validUntil: daysLater(validUntil, 5 * 365) };
  return { left, number, validUntil, renewal: renewed };
}

function applicationOf(name: string, index: number, permit: Permit | undefined): Record<string, unknown> {
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
      ...(permit
        ? [
            {
              type: 'food_permit',
              number: permit.number,
              holder: name,
              validFrom: '2020-01-01',
              validUntil: permit.validUntil,
            },
          ]
        : []),
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
