import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type ApiClient, ApiError, createClient } from './client';
import { DEMO_PLAN, type DemoApplicant, demoApplicants } from './demoBrand';

/** A distributor of the sample brand in the system. */
export interface DemoDistributor {
  id: string;
  name: string;
  referralCode: string;
  isSponsor: boolean;
}

/** Idempotency key, the same in every run, so that nothing is created twice. */
const idempotencyKey = (name: string) => ({ 'Idempotency-Key': `tributary-demo/${name}` });

/** Activates the plan of the sample brand, unless a plan is in force. */
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
 * Submits and approves the applications of the forty distributors, sponsors first, because the others use their codes.
 * Existing distributors of an earlier run stay.
 */
export async function ensureDistributors(api: ApiClient): Promise<DemoDistributor[]> {
  const applicants = demoApplicants(new Date().toISOString().slice(0, 10));
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

/** Existing distributors by email address. */
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
  { number, tier, email, application, note, renewal }: DemoApplicant,
  sponsorCode: string | undefined,
): Promise<DistributorView> {
  const { id } = await api.request<{ id: string }>('POST', '/v1/applications', {
    body: { ...application, email, ...(sponsorCode && { sponsorCode }) },
    headers: idempotencyKey(`application/${number}`),
  });
  const { distributorId } = await api.request<{ distributorId: string }>(
    'POST',
    `/v1/applications/${id}/approve`,
    { body: { tier, ...(note && { note }) }, headers: idempotencyKey(`application/${number}/approve`) },
  );
  if (renewal) {
    const { items } = await api.request<{ items: { id: string; type: string }[] }>(
      'GET',
      `/v1/distributors/${distributorId}/credentials`,
    );
    const permit = items.find(({ type }) => type === 'food_permit')!;
    await api.request('POST', `/v1/credentials/${permit.id}/renewals`, {
      body: renewal,
      headers: idempotencyKey(`application/${number}/renewal`),
    });
  }
  return api.request('GET', `/v1/distributors/${distributorId}`);
}

/** Whether finance has released anything yet. */
export async function hasReleased(api: ApiClient): Promise<boolean> {
  for await (const _ of api.list('/v1/commission-releases?state=done')) return true;
  return false;
}

/**
 * Releases commissions due at a time. The run is above the two-person limit, so a second person proposes it: a finance
 * user whose key is revoked afterwards.
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
    // A key is shown only once: a run stopped before using its key creates another one.
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

/** Balance of a distributor in the currency of the sample orders. */
type Balance = Record<'held' | 'available' | 'reserved' | 'debt', Money>;

const readBalance = (api: ApiClient, id: string) =>
  api.request<Balance>('GET', `/v1/distributors/${id}/balance?currency=GBP`);

/**
 * Requests and approves withdrawals of all available balances. Distributors with an earlier withdrawal, or below the
 * minimum, are skipped. Later returns of their sales then become debt.
 */
export async function withdrawAvailable(
  api: ApiClient,
  distributors: readonly DemoDistributor[],
): Promise<void> {
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

/** A distributor's row in the final table; amounts in minor units. */
export interface DistributorTotals {
  name: string;
  orders: number;
  held: number;
  due: number;
  available: number;
  /** In withdrawals that are not paid yet. */
  withdrawing: number;
  debt: number;
}

/** Balances of the distributors, those with the most orders first. */
export async function readTotals(
  api: ApiClient,
  distributors: readonly DemoDistributor[],
): Promise<DistributorTotals[]> {
  const totals = await Promise.all(
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
        // The held account includes held and due commissions.
        held: balance.held.amount - due,
        due,
        available: balance.available.amount,
        withdrawing: balance.reserved.amount,
        debt: balance.debt.amount,
      };
    }),
  );
  return totals.sort((a, b) => b.orders - a.orders || (a.name < b.name ? -1 : 1));
}

async function sumOf<T>(api: ApiClient, path: string, value: (item: T) => number): Promise<number> {
  let sum = 0;
  for await (const item of api.list<T>(path)) sum += value(item);
  return sum;
}
