import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type ApiClient, ApiError, createClient } from './client';
import { DEMO_PLAN, type DemoApplicant, demoApplicants } from './demoBrand';

/** A distributor of the sample brand, as the system knows it. */
export interface DemoDistributor {
  id: string;
  name: string;
  referralCode: string;
  isSponsor: boolean;
}

/** What is one and the same however often the demonstration runs: it makes nothing twice. */
const idempotencyKey = (name: string) => ({ 'Idempotency-Key': `tributary-demo/${name}` });

/** Puts the plan of the sample brand in force, unless one is in force already. */
export async function ensurePlan(api: ApiClient): Promise<string> {
  for await (const { name } of api.list<{ name: string }>('/v1/commission-plans?state=in_force')) return name;
  const plan = await api.request<{ id: number }>('POST', '/v1/commission-plans', {
    body: DEMO_PLAN,
    headers: idempotencyKey('plan'),
  });
  await api.request('POST', `/v1/commission-plans/${plan.id}/activate`, {
    body: {},
    headers: idempotencyKey('plan/activate'),
  });
  return DEMO_PLAN.name;
}

/**
 * Lets the forty distributors apply and approves them, sponsors first, since the others name their codes. Who is
 * there from an earlier run stays.
 */
export async function ensureDistributors(api: ApiClient): Promise<DemoDistributor[]> {
  const applicants = demoApplicants();
  const present = await presentDistributors(api, applicants);
  const codes = new Map<number, string>();
  const join = async (applicant: DemoApplicant): Promise<DemoDistributor> => {
    const { id, name, referralCode } =
      present.get(applicant.email) ??
      (await joinDistributor(api, applicant, codes.get(applicant.sponsor ?? 0)));
    codes.set(applicant.number, referralCode);
    return { id, name, referralCode, isSponsor: applicant.sponsor === undefined };
  };
  const sponsors = await Promise.all(applicants.filter(({ sponsor }) => !sponsor).map(join));
  const downline = await Promise.all(applicants.filter(({ sponsor }) => sponsor).map(join));
  return [...sponsors, ...downline];
}

interface DistributorView {
  id: string;
  name: string;
  referralCode: string;
}

/** Those who are there already, by their mail address. */
async function presentDistributors(
  api: ApiClient,
  applicants: readonly DemoApplicant[],
): Promise<Map<string, DistributorView>> {
  const names = new Set(applicants.map(({ application }) => application.name));
  const present = new Map<string, DistributorView>();
  for await (const distributor of api.list<DistributorView>('/v1/distributors')) {
    if (!names.has(distributor.name)) continue;
    const { email } = await api.request<{ email: string }>('GET', `/v1/distributors/${distributor.id}`);
    present.set(email, distributor);
  }
  return present;
}

async function joinDistributor(
  api: ApiClient,
  { number, tier, email, application }: DemoApplicant,
  sponsorCode: string | undefined,
): Promise<DistributorView> {
  const { id } = await api.request<{ id: string }>('POST', '/v1/applications', {
    body: { ...application, email, ...(sponsorCode && { sponsorCode }) },
    headers: idempotencyKey(`application/${number}`),
  });
  const { distributorId } = await api.request<{ distributorId: string }>(
    'POST',
    `/v1/applications/${id}/approve`,
    { body: { tier }, headers: idempotencyKey(`application/${number}/approve`) },
  );
  return api.request('GET', `/v1/distributors/${distributorId}`);
}

/** Whether finance has released anything yet. */
export async function hasReleased(api: ApiClient): Promise<boolean> {
  for await (const _ of api.list('/v1/commission-releases?state=done')) return true;
  return false;
}

/**
 * Releases what was due at a time. A second person proposes it, because a run of this size takes two: a finance user
 * whose key lives no longer than this.
 *
 * @param dueBefore RFC 3339
 */
export async function releaseDue(api: ApiClient, dueBefore: string): Promise<void> {
  const { id } = await withFinanceUser(api, (client) =>
    client.request<{ id: string }>('POST', '/v1/commission-releases', {
      body: { dueBefore },
      headers: idempotencyKey('release'),
    }),
  );
  await api.request('POST', `/v1/commission-releases/${id}/approve`, {
    body: { note: 'Sample data' },
    headers: idempotencyKey('release/approve'),
  });
  const state = async () =>
    (await api.request<{ state: string }>('GET', `/v1/commission-releases/${id}`)).state;
  while ((await state()) !== 'done') await wait(250);
}

const FINANCE_EMAIL = 'demo-finance@staff.example';

async function withFinanceUser<T>(api: ApiClient, work: (client: ApiClient) => Promise<T>): Promise<T> {
  const userId = await financeUser(api);
  const { id, key } = await api.request<{ id: string; key: string }>('POST', '/v1/keys', {
    body: { userId, name: 'demonstration', scopes: ['releases:write'] },
    // A key is shown once: a run that was stopped before it used its own makes another.
    headers: { 'Idempotency-Key': randomUUID() },
  });
  try {
    return await work(createClient({ url: api.url, key }));
  } finally {
    await api.request('DELETE', `/v1/keys/${id}`);
  }
}

async function financeUser(api: ApiClient): Promise<string> {
  for await (const { id, email } of api.list<{ id: string; email: string }>('/v1/users?role=finance')) {
    if (email === FINANCE_EMAIL) return id;
  }
  const { id } = await api.request<{ id: string }>('POST', '/v1/users', {
    body: { email: FINANCE_EMAIL, name: '钱会计', role: 'finance' },
    headers: idempotencyKey('finance-user'),
  });
  return id;
}

interface Money {
  amount: number;
  currency: string;
}

/** What a distributor has in the currency of the sample orders. */
type Balance = Record<'held' | 'available' | 'reserved' | 'debt', Money>;

const readBalance = (api: ApiClient, id: string) =>
  api.request<Balance>('GET', `/v1/distributors/${id}/balance?currency=GBP`);

/**
 * Lets distributors draw all they have, and approves it; who has drawn before, or has less than the least amount,
 * leaves it. What comes back of their sales later is then a debt.
 */
export async function withdrawAll(api: ApiClient, distributors: readonly DemoDistributor[]): Promise<void> {
  await Promise.all(
    distributors.map(async ({ id }) => {
      for await (const _ of api.list(`/v1/withdrawals?distributorId=${id}`)) return;
      const { available } = await readBalance(api, id);
      if (available.amount === 0) return;
      try {
        const withdrawal = await api.request<{ id: string }>('POST', '/v1/withdrawals', {
          body: { distributorId: id, amount: available },
          headers: idempotencyKey(`withdrawal/${id}`),
        });
        await api.request('POST', `/v1/withdrawals/${withdrawal.id}/approve`, {
          body: {},
          headers: idempotencyKey(`withdrawal/${id}/approve`),
        });
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'below_minimum')) throw error;
      }
    }),
  );
}

/** A distributor's line in the closing table; amounts in minor units. */
export interface Standing {
  name: string;
  orders: number;
  held: number;
  due: number;
  available: number;
  /** In withdrawals that are not paid yet. */
  withdrawing: number;
  debt: number;
}

/** How the distributors stand, those with the most orders first. */
export async function readStandings(
  api: ApiClient,
  distributors: readonly DemoDistributor[],
): Promise<Standing[]> {
  const standings = await Promise.all(
    distributors.map(async ({ id, name }) => {
      const [balance, orders, due] = await Promise.all([
        readBalance(api, id),
        sumOf(api, `/v1/orders?distributorId=${id}`, () => 1),
        sumOf<{ amount: Money }>(
          api,
          `/v1/commissions?state=due&currency=GBP&distributorId=${id}`,
          ({ amount }) => amount.amount,
        ),
      ]);
      return {
        name,
        orders,
        // The account of what is not released has both: what waits for its window, and what for finance.
        held: balance.held.amount - due,
        due,
        available: balance.available.amount,
        withdrawing: balance.reserved.amount,
        debt: balance.debt.amount,
      };
    }),
  );
  return standings.sort((a, b) => b.orders - a.orders || (a.name < b.name ? -1 : 1));
}

async function sumOf<T>(api: ApiClient, path: string, value: (item: T) => number): Promise<number> {
  let sum = 0;
  for await (const item of api.list<T>(path)) sum += value(item);
  return sum;
}
