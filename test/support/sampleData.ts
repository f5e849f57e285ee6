import { completeLuhn, makeResidentIdentityNumber } from '../../domain/credential';
import type { TestApi } from './api';
import { eventually } from './eventually';
import { unique } from './platform';

/** What {@link fillWithSamples} made. */
export interface Samples {
  /** A distributor with orders, commissions, a balance, withdrawals and a downline. */
  distributorId: string;
  /** An order that is delivered and released. */
  released: string;
  /** An order with an open return, an event that waits, and a note. */
  returning: string;
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

/**
 * Fills a system over its API with something of every kind, as the demonstration does in minutes: each list has
 * entries, and each detail page has one to open.
 * @param adminKey whose bulk actions and mentions they are; by default another admin's
 */
export async function fillWithSamples(api: TestApi, adminKey?: string): Promise<Samples> {
  const key = adminKey ?? (await api.keyFor('admin'));
  const finance = await api.keyFor('finance');
  const call = async <T>(method: string, path: string, body?: object, by = key): Promise<T> => {
    const { status, body: answer } = await api.call(method, path, { key: by, body });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer as T;
  };

  const { id: planId } = await call<{ id: number }>('POST', '/v1/commission-plans', {
    name: 'Sample plan',
    terms: { levels: [{ default: { rateBp: 1000 } }, { default: { rateBp: 300 } }] },
  });
  await call('POST', `/v1/commission-plans/${planId}/activate`, {});
  for (const [sku, name] of [
    ['TEA', '龙井 250g'],
    ['4006381333931', 'Pen'],
  ])
    await call('PUT', `/v1/products/${sku}`, { name, price: { amount: 1999, currency: 'CNY' } });

  const apply = async (number: number, name: string, sponsorCode?: string) => {
    const { id } = await call<{ id: string }>('POST', '/v1/applications', {
      ...applicationOf(number, name),
      ...(sponsorCode && { sponsorCode }),
    });
    await eventually('the checks have run', async () => {
      const { state } = await call<{ state: string }>('GET', `/v1/applications/${id}`);
      return state === 'in_review';
    });
    return id;
  };
  const join = async (number: number, name: string, sponsorCode?: string) => {
    const id = await apply(number, name, sponsorCode);
    const { distributorId } = await call<{ distributorId: string }>(
      'POST',
      `/v1/applications/${id}/approve`,
      { tier: 'silver', note: 'Known well.' },
    );
    const { referralCode } = await call<{ referralCode: string }>('GET', `/v1/distributors/${distributorId}`);
    return { id: distributorId, referralCode };
  };
  const above = await join(1, '沈一凡');
  const seller = await join(2, '顾晓岚', above.referralCode);
  const { items: credentials } = await call<{ items: { id: string }[] }>(
    'GET',
    `/v1/credentials?distributorId=${seller.id}`,
  );
  await call('POST', `/v1/credentials/${credentials[0]!.id}/renewals`, {
    number: makeResidentIdentityNumber('310101', '1992-05-12', '122'),
    validFrom: '2026-01-01',
    validUntil: '2046-01-01',
  });
  const asked = await apply(3, '乔亦菲');
  await call('POST', `/v1/distributors/${seller.id}/account-changes`, {
    field: 'phone',
    phone: '13900020009',
    note: '更换手机',
  });
  await call('POST', `/v1/applications/${asked}/request-changes`, { message: '请上传清晰的证件照片。' });
  await apply(4, '苏明远');

  const sell = async (externalId: string, quantity: number, delivered: number) => {
    await call('POST', '/v1/orders', {
      externalId,
      paidAt: daysAgo(30),
      currency: 'CNY',
      customer: { externalId: `customer-${externalId}` },
      attributionCode: seller.referralCode,
      shipTo: { region: 'CN-31' },
      lines: ['1', '2'].map((lineId) => ({ lineId, sku: 'TEA', quantity, unitPrice: 1999 })),
    });
    await call('POST', `/v1/orders/${externalId}/deliveries`, { deliveredAt: daysAgo(delivered) });
    const { commissions } = await call<{ commissions: { id: string }[] }>('GET', `/v1/orders/${externalId}`);
    return commissions.map(({ id }) => Number(id));
  };
  // All tests of a run share one Temporal, where an order is known by its number.
  const [released, held, returning] = [unique('S'), unique('S'), unique('S')];
  const early = await sell(released, 20, 20);
  const [blocked] = await sell(held, 5, 20);
  await sell(returning, 2, 3);
  await call('POST', `/v1/orders/${returning}/returns`, {
    returnId: 'R-1',
    requestedAt: daysAgo(2),
    lines: [{ lineId: '1', quantity: 1 }],
    reason: '收到时有破损',
  });
  await call('POST', `/v1/orders/${returning}/returns/R-9/refund`, { refundedAt: daysAgo(1) });

  const run = await call<{ id: string }>('POST', '/v1/commission-releases', { commissionIds: early });
  await call('POST', `/v1/commission-releases/${run.id}/approve`, {}, finance);
  await eventually('the run is done', async () => {
    const { state } = await call<{ state: string }>('GET', `/v1/commission-releases/${run.id}`);
    return state === 'done';
  });
  await call('POST', `/v1/commissions/${blocked}/hold`, { reason: 'finance', note: '核对收货信息' });
  await call('POST', '/v1/commission-releases', { dueBefore: daysAgo(0) });

  const withdraw = (amount: number) =>
    call<{ id: string }>('POST', '/v1/withdrawals', {
      distributorId: seller.id,
      amount: { amount, currency: 'CNY' },
    });
  for (const amount of [1000, 1100]) {
    const { id } = await withdraw(amount);
    await call('POST', `/v1/withdrawals/${id}/approve`, {}, finance);
  }
  await call('POST', '/v1/payout-batches', { currency: 'CNY' });
  await withdraw(1200);
  const bulk = await call<{ id: string }>('POST', '/v1/bulk-actions', {
    action: 'commissions.unhold',
    ids: early.map(String),
    input: { note: '核对完毕' },
  });
  await eventually('the bulk action is done', async () => {
    const { state } = await call<{ state: string }>('GET', `/v1/bulk-actions/${bulk.id}`);
    return state === 'done';
  });

  const imported = await call<{ id: string }>('POST', '/v1/imports', { fileName: 'orders.csv' });
  await call('POST', `/v1/imports/${imported.id}/rejections`, {
    first: 0,
    rejections: ['malformed_row', 'zero_price', 'refused_order_differs'].map((reason, row) => ({
      row: row + 2,
      orderId: `X-${row}`,
      sku: 'TEA',
      amount: '12.50',
      currency: 'CNY',
      reason,
      detail: `row ${row + 2}: ${reason}`,
    })),
  });
  await call('POST', '/v1/blacklist', { kind: 'phone', number: '13800000000', reason: '盗用他人手机' });
  const { items: people } = await call<{ items: { id: string }[] }>('GET', '/v1/colleagues');
  await call('POST', '/v1/notes', {
    subject: `order/${returning}`,
    body: '客户要求退一件，请等退货处理完再结算。',
    mentions: people.map(({ id }) => id),
  });
  return { distributorId: seller.id, released, returning };
}

function applicationOf(number: number, name: string): object {
  const identityNumber = makeResidentIdentityNumber('310101', `199${number}-05-12`, `12${number}`);
  return {
    kind: 'person',
    name,
    email: `applicant-${number}@applicants.example`,
    phone: `1990000020${number}`,
    channels: ['xiaohongshu', 'wechat'],
    region: 'CN-31',
    identityNumber,
    bankAccount: {
      number: completeLuhn(`622202000000009${number}00`),
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
