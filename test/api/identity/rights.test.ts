import fc from 'fast-check';
import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { endpointsFor } from '../../../api/endpoints';
import { scopesOf } from '../../../api/identity/authentication';
import { MACHINE_SCOPES, ROLES, type Role, STAFF } from '../../../domain/roles';
import { startApi, type TestApi } from '../../support/api';
import { type Browser, makePerson, signedIn, turnOnSecondFactor } from '../../support/person';

const described = endpointsFor(new Registry());
const scopesOfRole = (role: Role) => scopesOf(role, described);
const problem = (status: number, code: string) => ({ status, body: { type: `/problems/${code}` } });
const exceeded = problem(403, 'right_exceeded');
const needsSecondFactor = problem(403, 'second_factor_required');

let api: TestApi;
const people = {} as Record<Role, { id: string; email: string }>;
beforeAll(async () => {
  api = await startApi({ TRUST_PROXY: 'true' });
  for (const role of ROLES) people[role] = await makePerson(api, role);
});
afterAll(() => api.stop());

const sql = (text: string, values: unknown[] = []) => api.context.pool.query(text, values);
const post = (key: string, path: string, body: object = {}) => api.call('POST', path, { key, body });
const newUser = (role: Role) => ({
  email: `${uuidv7()}@example.com`,
  name: `new ${role}`,
  role,
  ...(role === 'distributor' && { distributorId: distributorId }),
});
let distributorId: string;
beforeAll(async () => {
  const { rows } = await sql('SELECT distributor_id AS id FROM users WHERE id = $1', [people.distributor.id]);
  distributorId = rows[0].id;
});

describe('a key makes keys with no more than it has', () => {
  const adminScopes = scopesOfRole('admin');
  const everything = ['*', ...new Set(ROLES.flatMap(scopesOfRole))];

  test('for each role and any scopes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ROLES),
        fc.oneof(fc.constant(['*']), fc.subarray(adminScopes)),
        fc.subarray(everything, { minLength: 1, maxLength: 3 }),
        async (role, own, wanted) => {
          const maker = await api.keyFor('admin', ['keys:write', ...own]);
          const { status, body } = await post(maker, '/v1/keys', {
            userId: people[role].id,
            name: 'x',
            scopes: wanted,
          });
          const mayGive =
            own.includes('*') || wanted.every((scope) => ['keys:write', ...own].includes(scope));
          const mayHave = wanted.every((scope) => scope === '*' || scopesOfRole(role).includes(scope));
          expect([role, own, wanted, status, body.type]).toEqual([
            role,
            own,
            wanted,
            ...(mayGive
              ? mayHave
                ? [201, undefined]
                : [422, '/problems/scope_not_for_role']
              : [403, '/problems/right_exceeded']),
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('and says which scope is too much', async () => {
    const maker = await api.keyFor('admin', ['keys:write', 'orders:read']);
    const scopes = ['orders:read', '*'];
    expect(await post(maker, '/v1/keys', { userId: people.admin.id, name: 'x', scopes })).toMatchObject({
      ...exceeded,
      body: { errors: [{ pointer: '/scopes/1', detail: expect.stringContaining('*') }] },
    });
  });

  test('and revokes itself, but no key that has more', async () => {
    const [weak, strong] = [
      await api.keyFor('admin', ['keys:write', 'keys:read']),
      await api.keyFor('admin'),
    ];
    const idOf = async (scopes: string[]) =>
      (await sql('SELECT id FROM api_keys WHERE scopes = $1 ORDER BY created_at DESC LIMIT 1', [scopes]))
        .rows[0].id;
    const [own, other] = [await idOf(['keys:write', 'keys:read']), await idOf(['*'])];
    expect(await api.call('DELETE', `/v1/keys/${other}`, { key: weak })).toMatchObject(exceeded);
    expect((await api.call('GET', '/v1/products', { key: strong })).status).toBe(200);
    expect((await api.call('DELETE', `/v1/keys/${own}`, { key: weak })).status).toBe(200);
  });
});

test('a key of a machine has no scope for decisions, whoever makes it', async () => {
  const maker = await api.keyFor('admin');
  const make = (scopes: string[]) =>
    post(maker, '/v1/keys', { userId: people.admin.id, name: 'our shop', machine: true, scopes });
  expect((await make([...MACHINE_SCOPES])).body).toMatchObject({ machine: true, scopes: MACHINE_SCOPES });
  for (const scope of ['*', ...scopesOfRole('admin').filter((one) => !MACHINE_SCOPES.includes(one))])
    expect([scope, await make([scope])]).toMatchObject([scope, problem(422, 'scope_not_for_machine')]);
});

describe('a manager of users', () => {
  const managerOf = (role: Role) =>
    api.keyFor('admin', [
      'users:write',
      ...scopesOfRole(role).filter((scope) => scopesOfRole('admin').includes(scope)),
    ]);

  test.each(ROLES)('with users:write alone makes no user with the role %s', async (role) => {
    const key = await api.keyFor('admin', ['users:write']);
    expect(await post(key, '/v1/users', newUser(role))).toMatchObject(exceeded);
    expect((await post(await managerOf(role), '/v1/users', newUser(role))).status).toBe(201);
  });

  test.each(STAFF.flatMap((own) => STAFF.map((wanted) => [own, wanted] as const)))(
    'with the scopes of the role %s raises an operator to %s only within them',
    async (own, wanted) => {
      const { id } = await makePerson(api, 'operator');
      const key = await managerOf(own);
      const covered = (role: Role) =>
        scopesOfRole(role).every(
          (scope) =>
            scope === 'users:write' ||
            !scopesOfRole('admin').includes(scope) ||
            scopesOfRole(own).includes(scope),
        );
      const { status, body } = await post(key, `/v1/users/${id}/change-role`, { role: wanted, reason: 'x' });
      const allowed = covered(wanted) && covered('operator');
      expect([status, body.type]).toEqual(allowed ? [200, undefined] : [403, '/problems/right_exceeded']);
      const { rows } = await sql('SELECT role FROM users WHERE id = $1', [id]);
      expect(rows[0].role).toBe(allowed ? wanted : 'operator');
    },
  );

  test('with the scopes of a role does nothing to the account of an admin', async () => {
    const { id } = await makePerson(api, 'admin');
    await sql("UPDATE users SET totp_secret_sealed = 's', totp_confirmed_at = now() WHERE id = $1", [id]);
    const key = await managerOf('finance');
    for (const [method, path, body] of [
      ['POST', 'change-role', { role: 'finance', reason: 'x' }],
      ['POST', 'disable', { reason: 'x' }],
      ['POST', 'enable', { reason: 'x' }],
      ['POST', 'sign-in-link', {}],
      ['DELETE', 'second-factor', undefined],
    ] as const) {
      const answer = await api.call(method, `/v1/users/${id}/${path}`, { key, body });
      expect([path, answer]).toMatchObject([path, exceeded]);
    }
    await sql('UPDATE users SET totp_confirmed_at = NULL WHERE id = $1', [id]);
  });

  test('has no field to change a role by the way', async () => {
    const browser = await signedIn(api, people.finance.email);
    const answer = await browser.call('PATCH', '/v1/me', { body: { name: 'Li', role: 'admin' } });
    expect(answer).toMatchObject({
      ...problem(422, 'body_not_valid'),
      body: { errors: [{ pointer: '/role' }] },
    });
    expect(
      (await api.call('PATCH', `/v1/users/${people.finance.id}`, { body: { role: 'admin' } })).status,
    ).toBe(405);
  });
});

describe('a new admin', () => {
  let own: TestApi;
  let key: string;
  let asker: Browser;
  let askerEmail: string;
  let target: { id: string; email: string };
  beforeEach(async () => {
    own = await startApi({ TRUST_PROXY: 'true' });
    key = await own.keyFor('admin');
    const admin = await makePerson(own, 'admin');
    askerEmail = admin.email;
    asker = await signedIn(own, admin.email);
    target = await makePerson(own, 'operator');
  });
  afterEach(() => own.stop());
  const rows = async (text: string) => (await own.context.pool.query(text)).rows;
  const raise = { role: 'admin', reason: 'runs the channel' };
  /** Every way to give, or take, the access of an admin. */
  const ways = (admin: string): [string, string, object?][] => [
    ['POST', '/v1/users', { email: `${uuidv7()}@example.com`, name: 'new admin', role: 'admin' }],
    ['POST', `/v1/users/${target.id}/change-role`, raise],
    ['POST', `/v1/users/${admin}/sign-in-link`],
    ['DELETE', `/v1/users/${admin}/second-factor`],
    ['POST', `/v1/users/${admin}/disable`, { reason: 'x' }],
    ['POST', `/v1/users/${admin}/enable`, { reason: 'x' }],
    ['POST', `/v1/users/${admin}/change-role`, { role: 'finance', reason: 'x' }],
  ];

  test('is made by any admin and by the first key, while no admin has a second factor', async () => {
    const { id } = await makePerson(own, 'admin');
    for (const [method, path, body] of ways(id)) {
      const { status } = await own.call(method, path, { key, body });
      expect([path, [200, 201, 204].includes(status)]).toEqual([path, true]);
    }
    // The second factor of somebody else than an admin changes nothing.
    const finance = await signedIn(own, (await makePerson(own, 'finance')).email);
    await turnOnSecondFactor(finance);
    const operator = await makePerson(own, 'operator');
    expect((await asker.call('POST', `/v1/users/${operator.id}/change-role`, { body: raise })).status).toBe(
      200,
    );
  });

  test('needs a session with a second factor from then on: no key and no other session makes one', async () => {
    const second = await makePerson(own, 'admin');
    const withFactor = await signedIn(own, second.email);
    await turnOnSecondFactor(withFactor);
    const admin = await makePerson(own, 'admin');
    for (const [method, path, body] of ways(admin.id)) {
      expect([path, await own.call(method, path, { key, body })]).toMatchObject([path, needsSecondFactor]);
      expect([path, await asker.call(method, path, { body })]).toMatchObject([path, needsSecondFactor]);
    }
    for (const [method, path, body] of ways(admin.id)) {
      const { status } = await withFactor.call(method, path, { body });
      expect([path, [200, 201, 204].includes(status)]).toEqual([path, true]);
    }
    // An account that is none of an admin needs no second factor.
    expect((await own.call('POST', `/v1/users/${admin.id}/sign-in-link`, { key })).status).toBe(201);
  });

  test('cannot be made with a second factor that was removed, nor in a session of before it', async () => {
    const second = await makePerson(own, 'admin');
    const before = await signedIn(own, second.email);
    const withFactor = await signedIn(own, second.email);
    await turnOnSecondFactor(withFactor);
    const path = `/v1/users/${target.id}/change-role`;
    expect(await before.call('POST', path, { body: raise })).toMatchObject(needsSecondFactor);
    await turnOnSecondFactor(asker);
    expect((await asker.call('DELETE', `/v1/users/${second.id}/second-factor`)).status).toBe(204);
    expect(await withFactor.call('POST', path, { body: raise })).toMatchObject(needsSecondFactor);
    expect(
      await asker.call(
        'DELETE',
        `/v1/users/${(await asker.call('GET', '/v1/me')).body.user.id}/second-factor`,
      ),
    ).toMatchObject(problem(409, 'own_account'));
  });

  test('is reported to the other admins by mail, once', async () => {
    await turnOnSecondFactor(asker);
    const other = await makePerson(own, 'admin');
    const headers = { 'Idempotency-Key': 'raise-1' };
    for (let n = 0; n < 2; n++)
      await asker.call('POST', `/v1/users/${target.id}/change-role`, { body: raise, headers });
    const mails = await rows(
      `SELECT recipient, body FROM mails WHERE subject_ref = 'user/${target.id}' ORDER BY 1`,
    );
    expect(mails.map(({ recipient }) => recipient)).toEqual([askerEmail, other.email].sort());
    for (const { body } of mails) expect(body).toContain(target.email);
    await asker.call('POST', '/v1/users', { body: newUser('finance') });
    expect((await rows('SELECT count(*)::int AS n FROM mails'))[0].n).toBe(2);
    const added = await asker.call('POST', '/v1/users', { body: newUser('admin') });
    expect(await rows(`SELECT 1 FROM mails WHERE subject_ref = 'user/${added.body.id}'`)).toHaveLength(3);
  });
});

test.each(['shop', 'SYSTEM', 'ｓｈｏｐ', 'sys\u200btem', 'ѕһор', '商城', '\u200b', '\u3164', '...'])(
  'nobody gets the name %j: the platform itself acts under it, or nobody can see it',
  async (name) => {
    const key = await api.keyFor('admin');
    const refused = { ...problem(422, 'body_not_valid'), body: { errors: [{ pointer: '/name' }] } };
    expect(await post(key, '/v1/users', { ...newUser('operator'), name })).toMatchObject(refused);
    const body = { userId: people.operator.id, name, scopes: ['orders:read'] };
    expect(await post(key, '/v1/keys', body)).toMatchObject(refused);
    const browser = await signedIn(api, people.operator.email);
    expect(await browser.call('PATCH', '/v1/me', { body: { name } })).toMatchObject(refused);
  },
);
