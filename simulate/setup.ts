import type { ApiClient } from '../cli/client';
import type { ModelDistributor, Terms } from './model';
import { PRODUCTS } from './orderStory';
import type { Servers } from './servers';
import { clientOf, type World } from './world';

/** The sponsor of each distributor, by number: three trees, one of them three deep. */
const SPONSORS = [null, null, 0, 0, 1, 2, 2, null] as const;
export const DISTRIBUTORS = SPONSORS.length;

const second = 1 / 86_400;

/** The plans that take turns: with and without automatic release, and what becomes of an inactive sponsor's share. */
export const PLANS: readonly Terms[] = [
  plan(true, 'forfeit', 3, 1000, 777),
  plan(false, 'forfeit', 2, 850, 333),
  plan(true, 'next_up', 5, 1234, 250),
  plan(false, 'next_up', 4, 999, 501),
];

/** Longest return window of them, in milliseconds. */
export const LONGEST_WINDOW_MS = 5000;

function plan(
  automaticRelease: boolean,
  inactiveUpline: 'forfeit' | 'next_up',
  seconds: number,
  rateBp: number,
  uplineBp: number,
): Terms {
  return {
    automaticRelease,
    inactiveUpline,
    returnWindowDays: seconds * second,
    levels: [
      {
        default: { rateBp },
        rules: [
          { tier: 'gold', earning: { rateBp: rateBp + 211 } },
          { category: 'tea', earning: { rateBp: rateBp + 63 } },
          { category: 'tea', tier: 'gold', earning: { rateBp: rateBp + 407 } },
          { sku: 'CUP-2', earning: { fixed: 133, currency: 'CNY' } },
        ],
      },
      { default: { rateBp: uplineBp }, rules: [{ sku: 'BOX-2', earning: { rateBp: 0 } }] },
    ],
  };
}

/** Makes people, products, a plan and distributors, over the API like all that follows. */
export async function setUp(servers: Servers): Promise<World> {
  const admin = clientOf(servers, servers.adminKey);
  const person = async (name: string, role: string) => {
    const { id } = await admin.request<{ id: string }>('POST', '/v1/users', {
      body: { email: `${name}@staff.example`, name, role },
    });
    const { key } = await admin.request<{ key: string }>('POST', '/v1/keys', {
      body: { userId: id, name, scopes: ['*'] },
    });
    return clientOf(servers, key);
  };
  const [shop, qian, sun, li] = await Promise.all([
    person('zhou', 'operator'),
    person('qian', 'finance'),
    person('sun', 'finance'),
    person('li', 'compliance'),
  ]);
  const world: World = {
    servers,
    api: { admin, shop, finance: [qian, sun], compliance: li },
    distributors: [],
    plans: [],
    orders: new Map(),
    withdrawals: new Map(),
    runs: new Map(),
    applications: new Map(),
    batches: [],
    holds: new Map(),
  };
  for (const { sku, category } of PRODUCTS) {
    await shop.request('PUT', `/v1/products/${sku}`, {
      body: { name: sku, category, price: { amount: 1000, currency: 'CNY' } },
    });
  }
  await addPlan(world, 0, new Date(Date.now() - 86_400_000));
  for (const [number, sponsor] of SPONSORS.entries()) {
    const upline = sponsor === null ? null : world.distributors[sponsor]!;
    world.distributors.push(await addDistributor(li, number, upline));
  }
  return world;
}

/** Puts a plan in force: the first one since a day ago, another one from now on. */
export async function addPlan(world: World, variant: number, effectiveFrom?: Date): Promise<void> {
  const [finance] = world.api.finance;
  const terms = PLANS[variant % PLANS.length]!;
  const key = { 'Idempotency-Key': `plan/${variant}` };
  const { id } = await finance.request<{ id: number }>('POST', '/v1/commission-plans', {
    body: { name: `plan ${variant}`, terms },
    headers: key,
  });
  const sent = effectiveFrom?.getTime() ?? Date.now();
  await finance.request('POST', `/v1/commission-plans/${id}/activate`, {
    body: effectiveFrom ? { effectiveFrom: effectiveFrom.toISOString() } : {},
    headers: { 'Idempotency-Key': `plan/${variant}/activate` },
  });
  world.plans.push({ id, terms, activated: { sent, answered: effectiveFrom ? sent : Date.now() } });
}

async function addDistributor(
  compliance: ApiClient,
  number: number,
  sponsor: ModelDistributor | null,
): Promise<ModelDistributor> {
  const tier = number % 3 === 0 ? 'gold' : 'silver';
  const { id } = await compliance.request<{ id: string }>('POST', '/v1/applications', {
    body: applicationOf(number, sponsor?.code),
  });
  const { distributorId } = await compliance.request<{ distributorId: string }>(
    'POST',
    `/v1/applications/${id}/approve`,
    { body: { tier } },
  );
  const { referralCode } = await compliance.request<{ referralCode: string }>(
    'GET',
    `/v1/distributors/${distributorId}`,
  );
  return { id: distributorId, code: referralCode, tier, sponsor, suspensions: [] };
}

/** An application that passes all checks, a different one for each number. */
export function applicationOf(number: number, sponsorCode: string | undefined): object {
  const name = `Applicant ${number}`;
  // Birthday and serial number count up together.
  const [year, month, day] = [
    1960 + (number % 40),
    1 + (Math.floor(number / 40) % 9),
    10 + (Math.floor(number / 360) % 10),
  ];
  const serial = String(Math.floor(number / 3600) % 1000).padStart(3, '0');
  const identityNumber = withCheckCharacter(`110101${year}0${month}${day}${serial}`);
  return {
    ...{
      kind: 'person',
      name,
      email: `applicant-${number}@example.com`,
      locale: number % 2 ? 'en' : 'zh-CN',
    },
    phone: `138${String(10_000_000 + number)}`,
    ...{ channels: ['douyin'], region: 'CN-31', identityNumber },
    bankAccount: {
      number: withLuhnDigit(`622202${String(number).padStart(12, '0')}`),
      holder: name,
      bankName: 'ICBC',
    },
    credentials: [
      { type: 'resident_identity_card', number: identityNumber, holder: name, validFrom: '2015-01-01' },
    ],
    ...(sponsorCode && { sponsorCode }),
  };
}

/** GB 11643-1999: the weight of a digit is 2 to the power of its place, modulo 11. */
function withCheckCharacter(digits: string): string {
  const sum = [...digits].reduce(
    (total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11),
    0,
  );
  return digits + '10X98765432'[sum % 11];
}

/** ISO/IEC 7812: every second digit from the right is doubled. */
function withLuhnDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
