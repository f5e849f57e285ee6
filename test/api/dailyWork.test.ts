import { randomUUID } from 'node:crypto';
import { beyondEvent } from '../../api/http/timeline';
import { hashKey } from '../../api/identity/authentication';
import { reasonCodes } from '../../domain/reasonCodes';
import { makeDistributor, startApi, startWorker, type TestApi } from '../support/api';
import { personNumbers } from '../support/applications';
import { addCommissions, credit } from '../support/payouts';

let api: TestApi;
let stopWorker: () => Promise<void>;
const keys: Record<string, string> = {};
beforeAll(async () => {
  api = await startApi();
  stopWorker = await startWorker(api.context);
  for (const role of ['admin', 'compliance', 'finance', 'operator', 'distributor'] as const)
    keys[role] = await api.keyFor(role);
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
});

const get = async (key: string, path: string) => (await api.call('GET', path, { key })).body;
const post = (key: string, path: string, body?: object) => api.call('POST', path, { key, body });

async function userOf(key: string): Promise<{ id: string; distributorId: string }> {
  const { rows } = await api.context.pool.query(
    `SELECT u.id, u.distributor_id AS "distributorId" FROM api_keys k JOIN users u ON u.id = k.user_id
     WHERE k.secret_hash = $1`,
    [hashKey(key)],
  );
  return rows[0];
}

/** Gives a user a unique name. */
async function rename(key: string, name: string): Promise<void> {
  await api.context.pool.query('UPDATE users SET name = $2 WHERE id = $1', [(await userOf(key)).id, name]);
}

/** Lets a distributor withdraw, and gives the request that does. */
async function withdrawable(distributorId: string) {
  const { pool } = api.context;
  await credit(pool, distributorId, 50_000);
  await pool.query(`UPDATE distributors SET bank_account_sealed = 'sealed' WHERE id = $1`, [distributorId]);
  return { distributorId, amount: { amount: 50_000, currency: 'CNY' } };
}

function form() {
  const numbers = personNumbers();
  return {
    kind: 'person',
    name: '王小明',
    email: 'wang@example.com',
    phone: numbers.phone,
    channels: ['douyin'],
    region: 'CN-31',
    identityNumber: numbers.identityNumber,
    bankAccount: { number: numbers.bankAccount, holder: '王小明', bankName: '工商银行' },
    credentials: [
      {
        type: 'resident_identity_card',
        number: numbers.identityNumber,
        holder: '王小明',
        validFrom: '2015-01-01',
      },
    ],
  };
}

/** An application whose checks are done. */
async function inReview(): Promise<{ id: string; token: string }> {
  const { body } = await post(keys.compliance!, '/v1/applications', form());
  while ((await get(keys.compliance!, `/v1/applications/${body.id}`)).state !== 'in_review');
  return { id: body.id, token: body.applicantToken };
}

describe('the review queue', () => {
  test('reviewers who claim the next application at once get different ones, until none is left', async () => {
    const open = await Promise.all([inReview(), inReview(), inReview()]);
    const reviewers = await Promise.all(Array.from({ length: 5 }, () => api.keyFor('compliance')));
    const answers = await Promise.all(reviewers.map((key) => post(key, '/v1/applications/next')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 204, 204]);
    const taken = answers.filter(({ status }) => status === 200).map(({ body }) => body.id);
    expect(taken.sort()).toEqual(open.map(({ id }) => id).sort());
    expect((await get(keys.compliance!, '/v1/applications?state=in_review&claimedBy=none')).items).toEqual(
      [],
    );
    const first = reviewers[answers.findIndex(({ status }) => status === 200)]!;
    expect((await get(first, '/v1/applications?claimedBy=me')).items).toMatchObject([
      { claim: { userId: (await userOf(first)).id } },
    ]);
  });

  test('a reviewer without the claim is refused with the name of its holder; an admin is not; a lapsed claim does not count', async () => {
    const [li, wang] = [await api.keyFor('compliance'), await api.keyFor('compliance')];
    await rename(li, '李审核');
    const [first, second, third] = [await inReview(), await inReview(), await inReview()];
    for (const { id } of [first, second, third])
      expect((await post(li, `/v1/applications/${id}/claim`)).status).toBe(200);
    for (const [step, body] of [
      ['approve', { tier: 'gold' }],
      ['reject', { reason: 'unclear' }],
      ['request-changes', { message: 'a clearer photo' }],
      ['claim', undefined],
      ['release-claim', undefined],
    ] as const) {
      const answer = await post(wang, `/v1/applications/${first.id}/${step}`, body);
      expect([step, answer.body.type]).toEqual([step, '/problems/claimed_by_another']);
      expect(answer.body.detail).toContain('李审核');
    }
    const approved = await post(li, `/v1/applications/${first.id}/approve`, { tier: 'gold' });
    expect(approved.body).toMatchObject({ state: 'approved', claim: null });
    expect(
      (await post(keys.admin!, `/v1/applications/${second.id}/reject`, { reason: 'unclear' })).status,
    ).toBe(200);
    await api.context.pool.query(
      'UPDATE application_claims SET expires_at = now() WHERE application_id = $1',
      [third.id],
    );
    expect((await get(wang, `/v1/applications/${third.id}`)).claim).toBeNull();
    expect((await post(wang, `/v1/applications/${third.id}/approve`, { tier: 'gold' })).status).toBe(200);
  });

  test('an applicant sees the public text of a reason code in their language; code and note stay with staff', async () => {
    const { id, token } = await inReview();
    expect((await post(keys.compliance!, `/v1/applications/${id}/reject`, {})).body.errors[0].pointer).toBe(
      '/reason',
    );
    const note = 'same face as distributor 7';
    const body = { reasonCode: 'risk', note };
    expect((await post(keys.compliance!, `/v1/applications/${id}/reject`, body)).body).toMatchObject({
      reasonCode: 'risk',
      decisionNote: note,
    });
    const headers = { 'X-Applicant-Token': token };
    const seen = await api.call('GET', `/v1/applications/${id}`, { headers });
    expect(seen.body.decisionReason).toBe(reasonCodes.find(({ code }) => code === 'risk')!.public['zh-CN']);
    expect(seen.text).not.toContain(note);
    expect(seen.body.reasonCode).toBeNull();
    const { rows } = await api.context.pool.query(
      `SELECT string_agg(body, '') AS text FROM mails WHERE subject_ref = $1`,
      [`application/${id}`],
    );
    expect(rows[0].text).toContain(seen.body.decisionReason);
    expect(rows[0].text).not.toContain(note);
  });
});

describe('the timeline', () => {
  test('lists events, changes, mails and notes of one subject, newest first, page by page without a gap', async () => {
    const { id } = await inReview();
    await post(keys.compliance!, '/v1/notes', { subject: `application/${id}`, body: 'called the applicant' });
    await post(keys.compliance!, `/v1/applications/${id}/reject`, { reason: 'unclear' });
    const whole = await get(keys.operator!, `/v1/timeline/application/${id}?limit=100`);
    expect(new Set(whole.items.map(({ kind }: { kind: string }) => kind))).toEqual(
      new Set(['event', 'mail', 'note']),
    );
    const times = whole.items.map(({ at }: { at: string }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(JSON.stringify(whole)).not.toContain('wang@example.com');
    const paged: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await get(keys.operator!, `/v1/timeline/application/${id}?limit=2${cursor}`);
      paged.push(...page.items.map((entry: { id: string }) => entry.id));
      if (!page.nextCursor) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(paged).toEqual(whole.items.map((entry: { id: string }) => entry.id));
    expect((await api.call('GET', `/v1/timeline/application/${id}`, { key: keys.finance })).status).toBe(403);
    expect((await api.call('GET', `/v1/timeline/order/${randomUUID()}`, { key: keys.finance })).status).toBe(
      404,
    );
  });

  test('lists a decision once, with the facts of its event and its audit entry', async () => {
    const { pool } = api.context;
    const asked = await withdrawable(await makeDistributor(api.context));
    const { body } = await post(keys.finance!, '/v1/withdrawals', asked);
    await post(keys.finance!, `/v1/withdrawals/${body.id}/approve`, { note: 'known account' });
    const { ids } = await addCommissions(pool, [asked.distributorId], [100]);
    await post(keys.finance!, `/v1/commissions/${ids[0]}/hold`, { reason: 'risk', note: 'looks odd' });
    const { id: actorId } = await userOf(keys.finance!);
    const decisionsOf = async (subject: string) =>
      (await get(keys.admin!, `/v1/timeline/${subject}`)).items.filter(
        ({ kind }: { kind: string }) => kind === 'event' || kind === 'audit',
      );
    expect(await decisionsOf(`withdrawal/${body.id}`)).toMatchObject([
      {
        kind: 'event',
        type: 'approved',
        data: { note: 'known account', approvals: 1, approvalsNeeded: 1 },
        audit: {
          action: 'withdrawal.approve',
          actorId,
          before: { state: 'requested' },
          after: { state: 'approved' },
          reason: null,
        },
      },
      {
        type: 'requested',
        data: { amount: asked.amount },
        audit: { actorId, before: {}, after: { state: 'requested', distributorId: asked.distributorId } },
      },
    ]);
    expect(await decisionsOf(`commission/${ids[0]}`)).toMatchObject([
      { type: 'hold_placed', data: { reason: 'risk', note: 'looks odd' }, audit: { actorId, after: {} } },
    ]);
  });

  test('lists consecutive decisions of one person apart, and what was only audited', async () => {
    const { id } = await inReview();
    await post(keys.compliance!, `/v1/applications/${id}/claim`);
    await post(keys.compliance!, `/v1/applications/${id}/reject`, { reason: 'unclear', note: 'odd photo' });
    const { items } = await get(keys.admin!, `/v1/timeline/application/${id}`);
    const byPerson = items.filter(({ audit }: { audit: object | null }) => audit);
    expect(byPerson).toMatchObject([
      {
        kind: 'event',
        type: 'rejected',
        data: { reason: 'unclear' },
        audit: { before: { state: 'in_review' }, after: { state: 'rejected', note: 'odd photo' } },
      },
      {
        kind: 'audit',
        type: 'application.claim',
        data: {},
        audit: { after: { claimedBy: expect.any(String) } },
      },
      { kind: 'event', type: 'submitted', audit: { action: 'application.submit' } },
    ]);
  });

  const change = { action: 'a.b', actorId: null, before: {}, after: {}, reason: null };
  test.each([
    [
      'a fact of the same name',
      { tier: 'gold' },
      { after: { tier: 'gold', sponsorId: 'x' } },
      { after: { sponsorId: 'x' } },
    ],
    ['a fact of another value', { approvals: 1 }, { after: { approvals: 2 } }, { after: { approvals: 2 } }],
    [
      'an amount',
      { total: { amount: 5, currency: 'CNY' } },
      { after: { total: 5, currency: 'CNY' } },
      { after: {} },
    ],
    [
      'another currency',
      { total: { amount: 5, currency: 'CNY' } },
      { after: { total: 5, currency: 'GBP' } },
      { after: { currency: 'GBP' } },
    ],
    [
      'a change',
      { state: 'failed' },
      { before: { state: 'paid' }, after: { state: 'failed' } },
      { before: { state: 'paid' }, after: { state: 'failed' } },
    ],
    ['holds', { lifted: ['risk'] }, { before: { holds: ['risk'] } }, { before: {} }],
    ['a reason under another name', { message: 'why' }, { reason: 'why' }, { reason: null }],
    ['a reason beside a code', { reason: 'risk' }, { reason: 'why' }, { reason: 'why' }],
  ] as const)(
    'leaves out of an audit entry what the event says, and nothing else: %s',
    (_of, facts, audit, left) => {
      expect(beyondEvent(facts, { ...change, ...audit })).toEqual({ ...change, ...audit, ...left });
    },
  );

  test('shows distributors their own subjects only, without names of staff, notes and audit entries', async () => {
    const { pool } = api.context;
    const own = await userOf(keys.distributor!);
    const finance = await api.keyFor('finance');
    await rename(finance, 'Zhao Finance');
    const asked = await withdrawable(own.distributorId);
    const { body } = await post(keys.distributor!, '/v1/withdrawals', asked);
    await post(finance, '/v1/notes', { subject: `withdrawal/${body.id}`, body: 'Zhao Finance: looks odd' });
    await post(finance, `/v1/withdrawals/${body.id}/approve`, { note: 'odd but fine' });
    const { ids, orderId } = await addCommissions(pool, [own.distributorId], [100]);
    await post(finance, `/v1/commissions/${ids[0]}/hold`, { reason: 'risk', note: 'looks odd' });
    const other = await addCommissions(pool, [await makeDistributor(api.context)], [100]);

    for (const path of [
      `/v1/timeline/withdrawal/${body.id}`,
      `/v1/timeline/commission/${ids[0]}`,
      `/v1/timeline/order/${orderId}`,
      `/v1/withdrawals/${body.id}`,
      `/v1/orders/${orderId}/timeline`,
    ]) {
      const answer = await api.call('GET', path, { key: keys.distributor });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.text).not.toMatch(/Zhao|odd/);
      for (const { kind } of answer.body.items ?? []) expect(['event', 'transfer']).toContain(kind);
    }
    const story = await get(keys.distributor!, `/v1/timeline/withdrawal/${body.id}`);
    expect(story.items).toContainEqual(
      expect.objectContaining({ kind: 'event', type: 'approved', actor: 'staff' }),
    );
    expect(story.items).toContainEqual(
      expect.objectContaining({
        kind: 'transfer',
        data: expect.objectContaining({ from: 'available', to: 'reserved' }),
      }),
    );
    for (const path of [
      `/v1/timeline/commission/${other.ids[0]}`,
      `/v1/timeline/order/${other.orderId}`,
      `/v1/timeline/withdrawal/${randomUUID()}`,
    ])
      expect((await api.call('GET', path, { key: keys.distributor })).status).toBe(404);
    const ownPath = `/v1/timeline/distributor/${own.distributorId}`;
    expect((await api.call('GET', ownPath, { key: keys.distributor })).status).toBe(403);
    expect((await get(keys.finance!, `/v1/timeline/payout/${randomUUID()}`)).type).toBe(
      '/problems/not_found',
    );
  });
});

describe('notes', () => {
  test('offer the users for a mention who may read the subject', async () => {
    const asked = await withdrawable(await makeDistributor(api.context));
    const { body } = await post(keys.finance!, '/v1/withdrawals', asked);
    const { items } = await get(keys.finance!, `/v1/colleagues?subject=withdrawal/${body.id}&limit=200`);
    const roles = new Set(items.map(({ role }: { role: string }) => role));
    expect([roles.has('finance'), roles.has('operator')]).toEqual([true, false]);
    const all = await get(keys.finance!, '/v1/colleagues?limit=200');
    expect(all.items.map(({ role }: { role: string }) => role)).toContain('operator');
  });

  test('reach the users they mention, are withdrawn by their author only, and stay as a place without text', async () => {
    const about = `distributor/${await makeDistributor(api.context)}`;
    const reader = await api.keyFor('finance');
    const { id } = await userOf(reader);
    const mentions = [id];
    const { body } = await post(keys.operator!, '/v1/notes', {
      subject: about,
      body: 'who is it?',
      mentions,
    });
    expect(await get(reader, '/v1/me/mentions?unread=true')).toMatchObject({ items: [{ id: body.id }] });
    await post(reader, `/v1/me/mentions/${body.id}/read`);
    const second = await post(keys.operator!, '/v1/notes', { subject: about, body: 'and now?', mentions });
    await post(reader, `/v1/me/mentions/${second.body.id}/read`);
    const third = await post(keys.operator!, '/v1/notes', { subject: about, body: 'well?', mentions });
    await api.context.pool.query("UPDATE notes SET created_at = now() - interval '1 day' WHERE id = $1", [
      third.body.id,
    ]);
    expect((await get(reader, '/v1/me/mentions')).items.map((note: { id: string }) => note.id)).toEqual([
      third.body.id,
      second.body.id,
      body.id,
    ]);
    expect((await post(reader, `/v1/notes/${body.id}/retract`)).body.type).toBe('/problems/not_your_note');
    expect((await post(keys.operator!, `/v1/notes/${body.id}/retract`)).body).toMatchObject({ body: null });
    const { items } = await get(keys.compliance!, `/v1/notes?subject=${about}&sort=createdAt`);
    expect(items.map((note: { body: string | null }) => note.body)).toEqual(['well?', null, 'and now?']);
    expect((await get(reader, '/v1/me/mentions')).items).toHaveLength(2);
  });

  test('cannot mention a user who may not read the subject', async () => {
    const { id } = await inReview();
    const subject = `application/${id}`;
    for (const key of [keys.finance!, keys.distributor!]) {
      const mentions = [(await userOf(key)).id];
      expect(
        (await post(keys.compliance!, '/v1/notes', { subject, body: 'x', mentions })).body,
      ).toMatchObject({
        status: 422,
        errors: [{ pointer: '/mentions/0' }],
      });
      expect((await post(key, '/v1/notes', { subject, body: 'x' })).status).toBe(403);
    }
    expect((await get(keys.compliance!, `/v1/notes?subject=${subject}`)).items).toEqual([]);
  });
});

describe('saved views', () => {
  test('are changed by their owner only; shared ones are visible to the same role only', async () => {
    const body = { list: 'commissions', name: 'due in CNY', query: 'state=due&currency=CNY', shared: true };
    const colleague = await api.keyFor('finance');
    const view = (await post(keys.finance!, '/v1/saved-views', body)).body;
    const hidden = { ...body, name: 'mine', shared: false };
    const own = (await post(keys.finance!, '/v1/saved-views', hidden)).body;
    const seenBy = async (key: string) =>
      (await get(key, '/v1/saved-views?list=commissions')).items.map(({ id }: { id: string }) => id);
    expect((await seenBy(keys.finance!)).sort()).toEqual([view.id, own.id].sort());
    expect(await seenBy(colleague)).toEqual([view.id]);
    expect(await seenBy(keys.operator!)).toEqual([]);
    expect((await post(keys.finance!, '/v1/saved-views', hidden)).body.type).toBe(
      '/problems/view_name_taken',
    );
    const { list: _, ...change } = body;
    const put = (key: string) =>
      api.call('PUT', `/v1/saved-views/${view.id}`, { key, body: { ...change, shared: false } });
    expect((await put(colleague)).status).toBe(404);
    expect((await api.call('DELETE', `/v1/saved-views/${view.id}`, { key: colleague })).status).toBe(404);
    expect((await put(keys.finance!)).status).toBe(200);
    expect(await seenBy(colleague)).toEqual([]);
    expect((await api.call('DELETE', `/v1/saved-views/${view.id}`, { key: keys.finance })).status).toBe(204);
  });
});

describe('figures and search', () => {
  test('the figures of the home page are those of the lists they lead to', async () => {
    const { pool } = api.context;
    const distributor = await makeDistributor(api.context);
    await addCommissions(pool, [distributor], [100, 250]);
    await inReview();
    await pool.query(
      `INSERT INTO sign_in_links (id, user_id, purpose, expires_at)
       SELECT gen_random_uuid(), id, 'set_password', now() FROM users LIMIT 1`,
    );
    await pool.query(
      `INSERT INTO mails (key, subject_ref, recipient, subject, body, state, sign_in_link_id)
       SELECT 'mail ' || about || over, about || '/' || gen_random_uuid(), 'li@example.com', 's', 'b', 'undeliverable',
         CASE WHEN over THEN (SELECT id FROM sign_in_links ORDER BY expires_at LIMIT 1) END
       FROM unnest(ARRAY['application', 'withdrawal', 'user']) about, unnest(ARRAY[true, false]) over`,
    );
    await pool.query(
      `INSERT INTO payout_batches (id, state, currency, created_by, created_at)
       SELECT gen_random_uuid(), 'open', 'CNY', (SELECT id FROM users LIMIT 1), now() - days * interval '1 day'
       FROM unnest(ARRAY[1, 4]) days`,
    );
    for (const role of ['admin', 'compliance', 'finance', 'operator', 'distributor'] as const) {
      const { cards } = await get(keys[role]!, '/v1/home');
      expect(cards.length).toBeGreaterThan(4);
      for (const { key, href, count } of cards as { key: string; href: string; count: number }[]) {
        // A distributor's pages have no addresses of lists, and what is stuck is no list.
        if (role === 'distributor' || /^\/(mentions|stuck-work)/.test(href)) continue;
        const { items } = await get(keys[role]!, `/v1${href}&limit=200`);
        expect([role, key, items?.length]).toEqual([role, key, count]);
      }
    }
    const summary = await get(
      keys.finance!,
      `/v1/commissions/summary?distributorId=${distributor}&amountMin=200`,
    );
    expect(summary).toEqual({ count: 1, capped: false, sums: [{ amount: 250, currency: 'CNY' }] });
    expect(await get(keys.distributor!, `/v1/commissions/summary?distributorId=${distributor}`)).toEqual({
      count: 0,
      capped: false,
      sums: [],
    });
  });

  test('a withdrawal that a user has approved waits for others only', async () => {
    const { pool } = api.context;
    const [distributor, second] = [await makeDistributor(api.context), await api.keyFor('finance')];
    const asked = await withdrawable(distributor);
    const { body } = await post(keys.finance!, '/v1/withdrawals', asked);
    await pool.query('UPDATE withdrawals SET approvals_needed = 2 WHERE id = $1', [body.id]);
    await post(keys.finance!, `/v1/withdrawals/${body.id}/approve`);
    const waitsFor = async (key: string) =>
      (await get(key, `/v1/withdrawals?awaitingMe=true&distributorId=${distributor}`)).items.length;
    expect([await waitsFor(keys.finance!), await waitsFor(second)]).toEqual([0, 1]);
  });

  test('the search finds by the beginning, or the end that is shown of an id, what the role may read, and its own for a distributor', async () => {
    const { pool } = api.context;
    const { distributorId } = await userOf(keys.distributor!);
    const mine = await addCommissions(pool, [distributorId], [100]);
    await pool.query('UPDATE orders SET distributor_id = $2 WHERE id = $1', [mine.orderId, distributorId]);
    const theirs = await addCommissions(pool, [await makeDistributor(api.context)], [100]);
    await pool.query(
      `INSERT INTO products (sku, name, price, currency) VALUES ('T_1%', 'Oolong tea', 1, 'CNY'), ('TX1', 'Pot', 1, 'CNY')`,
    );
    const found = async (key: string, q: string) =>
      (await get(key, `/v1/search?q=${encodeURIComponent(q)}`)).items.map(
        ({ kind, id }: { kind: string; id: string }) => `${kind}/${id}`,
      );
    for (const { orderId, ids, visible } of [
      { ...mine, visible: true },
      { ...theirs, visible: false },
    ]) {
      expect(await found(keys.finance!, orderId.slice(0, 12))).toEqual([`order/${orderId}`]);
      expect(await found(keys.distributor!, orderId)).toEqual(visible ? [`order/${orderId}`] : []);
      expect(await found(keys.finance!, String(ids[0]))).toContain(`commission/${ids[0]}`);
      const own = await found(keys.distributor!, String(ids[0]));
      expect(own.includes(`commission/${ids[0]}`)).toBe(visible);
    }
    expect(await found(keys.operator!, 'T_')).toEqual(['product/T_1%']);
    expect(await found(keys.operator!, 'oolong')).toEqual(['product/T_1%']);
    expect(await found(keys.operator!, distributorId.slice(0, 23))).toContain(`distributor/${distributorId}`);
    expect(await found(keys.operator!, distributorId.slice(-8))).toContain(`distributor/${distributorId}`);
    const { id } = await inReview();
    for (let more = 0; more < 5; more++) await post(keys.compliance!, '/v1/applications', form());
    const named = await found(keys.compliance!, '王小');
    expect(named.filter((hit: string) => hit.startsWith('application/'))).toHaveLength(5);
    expect(await found(keys.compliance!, id)).toEqual([`application/${id}`]);
    expect(await found(keys.finance!, id)).toEqual([]);
  });
});
