import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import sharp from 'sharp';
import { type ApiClient, createClient } from '../../cli/client';
import { runDemo } from '../../cli/demo';
import { completeLuhn, makeResidentIdentityNumber } from '../../domain/credential';
import { freePort } from '../../embedded/children';
import { readRunning } from '../../embedded/running';
import { startProcess } from '../support/sampleProcess';

/** A user who can sign in. */
export interface Person {
  role: 'admin' | 'compliance' | 'finance' | 'operator' | 'distributor';
  name: string;
  email: string;
  password: string;
}

/** A whole system of its own with sample data. */
export interface SampleSystem {
  url: string;
  /** One of each role; finance twice, since payments take two. */
  people: readonly Person[];
  /** The page of the subject that shows most of its kind, in place of any of a list. */
  tellingOf(address: string): string;
  stop(): Promise<void>;
}

const PASSWORD = 'quiet river under stones';
const PEOPLE = [
  { role: 'compliance', name: '沈合规' },
  { role: 'finance', name: '方财务' },
  { role: 'operator', name: '陆运营' },
  { role: 'admin', name: '江管理' },
  { role: 'distributor', name: '云帆商贸' },
] as const;

/**
 * Boots Tributary in a temporary folder, fills it with the data of `npm run demo`, and adds what waits for people:
 * applications, an open return, a hold, withdrawals, notes, a mail that could not be delivered.
 * @param say called with each step
 */
export async function startSampleSystem(say: (line: string) => void): Promise<SampleSystem> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-screens-'));
  // PostgreSQL runs as a user of its own where this is root.
  chmodSync(dataDir, 0o755);
  const port = await freePort(18_080);
  const process_ = startProcess({ DATA_DIR: dataDir, API_PORT: String(port), BRAND_CURRENCY: 'GBP' });
  const stop = async () => {
    await process_.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    say('Starting a system');
    const running = await process_.until(() => readRunning(dataDir));
    const url = running.apiUrl;
    await process_.until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok || undefined);
    const api = createClient({ url, key: readFileSync(path.join(dataDir, 'admin-key'), 'utf8').trim() });
    say('Filling it with the sample brand, a few minutes');
    const reportFile = path.join(dataDir, 'demo.report.csv');
    const [best] = await runDemo({ api, reportFile, say: () => {} });
    const people = await addPeople(api, await distributorNamed(api, best!.name));
    const order = await addWork(api, people, running.databaseUrl);
    await addAccountChanges(api, await distributorNamed(api, best!.name));
    return {
      url,
      people,
      tellingOf: (address) => (address.startsWith('/orders/') ? `/orders/${order}` : address),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const key = () => ({ 'Idempotency-Key': randomUUID() });
const post = <T>(api: ApiClient, address: string, body: object) =>
  api.request<T>('POST', address, { body, headers: key() });

async function distributorNamed(api: ApiClient, name: string): Promise<string> {
  const { items } = await api.request<{ items: { id: string }[] }>(
    'GET',
    `/v1/distributors?q=${encodeURIComponent(name)}`,
  );
  return items[0]!.id;
}

async function addPeople(api: ApiClient, distributorId: string): Promise<(Person & { id: string })[]> {
  const people: (Person & { id: string })[] = [];
  for (const { role, name } of PEOPLE) {
    const email = `${role}@brand.example`;
    const { id } = await post<{ id: string }>(api, '/v1/users', {
      email,
      name,
      role,
      ...(role === 'distributor' && { distributorId }),
    });
    const { url } = await post<{ url: string }>(api, `/v1/users/${id}/sign-in-link`, {});
    const token = new URL(url).hash.slice(1);
    await post(api, '/v1/sign-in-links/redeem', { token, password: PASSWORD });
    people.push({ id, role, name, email, password: PASSWORD });
  }
  return people;
}

interface OrderView {
  id: string;
  lines: { lineId: string; quantity: number; state: string }[];
  commissions: { id: string; state: string }[];
}

/**
 * Adds what waits for people.
 * @returns number of an order whose windows show most
 */
async function addWork(
  api: ApiClient,
  people: readonly (Person & { id: string })[],
  databaseUrl: string,
): Promise<string> {
  const order = await addOrder(api);
  const held = order.commissions.find(({ state }) => state === 'held');
  if (held) {
    await post(api, `/v1/commissions/${held.id}/hold`, { reason: 'finance', note: '核对大额订单的收货信息' });
  }
  const staff = people.filter(({ role }) => role !== 'distributor');
  await post(api, '/v1/notes', {
    subject: `order/${order.id}`,
    body: `${staff.map(({ name }) => `@${name}`).join(' ')} 客户要求退一件，请等退货处理完再结算。`,
    mentions: staff.map(({ id }) => id),
  });
  for (const [index, name] of ['顾晓岚', '沈一凡', '乔亦菲'].entries()) {
    const application = applicationOf(name, index);
    const made = await post<{ id: string; applicantToken: string }>(api, '/v1/applications', application);
    const { id } = made;
    await addCard(api, made, application);
    if (index < 2) continue;
    await untilInReview(api, id);
    await post(api, `/v1/applications/${id}/request-changes`, {
      message: '请上传清晰的证件照片。',
    });
  }
  await post(api, '/v1/payout-batches', { currency: 'GBP' });
  await addUndeliverableMail(databaseUrl);
  return order.id;
}

/** Changes of the distributor who has a user: one is approved, and an account waits for its review. */
async function addAccountChanges(api: ApiClient, distributorId: string): Promise<void> {
  const change = (body: object) =>
    post<{ id: string }>(api, `/v1/distributors/${distributorId}/account-changes`, body);
  const { id } = await change({ field: 'phone', phone: '13900020009', note: '更换手机' });
  await post(api, `/v1/account-changes/${id}/approve`, {});
  const { name } = await api.request<{ name: string }>('GET', `/v1/distributors/${distributorId}`);
  await change({
    field: 'bank_account',
    bankAccount: { number: completeLuhn('622588000000000017'), holder: name, bankName: '招商银行' },
    note: '原账户已销户',
  });
}

/** An order under way: one line delivered, one paused by a return, one still shipped. */
async function addOrder(api: ApiClient): Promise<OrderView> {
  const { items } = await api.request<{ items: { referralCode: string }[] }>(
    'GET',
    '/v1/distributors?limit=1',
  );
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const id = 'DEMO-2001';
  const lines = ['1', '2', '3'].map((lineId, index) => ({
    lineId,
    sku: ['22423', '85123A', '47566'][index],
    quantity: 4,
    unitPrice: 1295 + index * 300,
  }));
  await post(api, '/v1/orders', {
    externalId: id,
    paidAt: daysAgo(9),
    currency: 'GBP',
    customer: { externalId: 'customer-2001' },
    attributionCode: items[0]!.referralCode,
    shipTo: { region: 'CN-31' },
    lines,
  });
  await post(api, `/v1/orders/${id}/shipments`, { shippedAt: daysAgo(8) });
  await post(api, `/v1/orders/${id}/deliveries`, { deliveredAt: daysAgo(6), lineIds: ['1', '2'] });
  await post(api, `/v1/orders/${id}/returns`, {
    returnId: 'R-1',
    requestedAt: daysAgo(5),
    lines: [{ lineId: '1', quantity: 1 }],
    reason: '颜色与页面不符',
  });
  await post(api, `/v1/orders/${id}/returns/R-1/reject`, {
    rejectedAt: daysAgo(4),
    reason: '商品与描述一致',
  });
  await post(api, `/v1/orders/${id}/returns`, {
    returnId: 'R-2',
    requestedAt: daysAgo(2),
    lines: [{ lineId: '2', quantity: 1 }],
    reason: '收到时有破损',
  });
  return api.request('GET', `/v1/orders/${id}`);
}

/** Uploads a picture of an identity card, as the applicant does after applying. */
async function addCard(
  api: ApiClient,
  { id, applicantToken }: { id: string; applicantToken: string },
  { name, identityNumber }: { name: string; identityNumber: string },
): Promise<void> {
  const card = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="750" font-family="Noto Sans CJK SC" font-size="44">
    <rect width="100%" height="100%" rx="40" fill="#e8eef4"/>
    <text x="80" y="140">姓名　${name}</text><text x="80" y="240">性别　女　民族　汉</text>
    <text x="80" y="640">公民身份号码　${identityNumber}</text>
    <rect x="830" y="90" width="290" height="380" fill="#c9d4df"/>
    <text x="600" y="420" fill="#b03030" font-size="90" opacity="0.5" text-anchor="middle" transform="rotate(-20 600 420)">样本 SPECIMEN</text>
  </svg>`;
  const headers = { 'X-Applicant-Token': applicantToken };
  const uploaded = await fetch(
    `${api.url}/v1/documents?applicationId=${id}&name=${encodeURIComponent('身份证正面.jpg')}`,
    { method: 'POST', headers, body: new Uint8Array(await sharp(Buffer.from(card)).jpeg().toBuffer()) },
  );
  const { id: documentId } = (await uploaded.json()) as { id: string };
  await api.request('POST', `/v1/applications/${id}/documents`, {
    body: { documentIds: [documentId] },
    headers: { ...key(), ...headers },
  });
}

function applicationOf(name: string, index: number) {
  const identityNumber = makeResidentIdentityNumber('310101', `199${index}-05-12`, `12${index}`);
  return {
    kind: 'person',
    name,
    email: `applicant-${index}@applicants.example`,
    phone: `1990000020${index}`,
    channels: ['xiaohongshu', 'wechat'],
    region: 'CN-31',
    identityNumber,
    bankAccount: {
      number: completeLuhn(`622202000000009${index}00`),
      holder: name,
      bankName: '中国工商银行',
    },
    credentials: [
      {
        type: 'resident_identity_card',
        number: identityNumber,
        holder: name,
        validFrom: '2020-01-01',
        validUntil: '2040-01-01',
      },
    ],
  };
}

async function untilInReview(api: ApiClient, id: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const { state } = await api.request<{ state: string }>('GET', `/v1/applications/${id}`);
    if (state === 'in_review') return;
    await wait(250);
  }
  throw new Error(`the application ${id} did not come to its review`);
}

/** The mail catcher accepts every mail, so one that could not be delivered is written as the mailer leaves it. */
async function addUndeliverableMail(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `UPDATE mails SET state = 'undeliverable', attempts = 9, sent_at = NULL,
         last_error = '550 5.1.1 mailbox unavailable'
       WHERE key = (SELECT key FROM mails WHERE subject_ref LIKE 'application/%' ORDER BY created_at DESC LIMIT 1)`,
    );
  } finally {
    await client.end();
  }
}
