import { firstCredentialTerms } from '../../../domain/credentialRules';
import { startApi, type TestApi } from '../../support/api';

let api: TestApi;
let compliance: string;
beforeEach(async () => {
  api = await startApi();
  compliance = await api.keyFor('compliance');
});
afterEach(() => api.stop());

const terms = {
  ...firstCredentialTerms,
  types: { food_permit: { reminders: [], graceDays: 30, effect: 'no_payout' } },
};
const draft = async (key = compliance, body: object = { kind: 'credential_rules', terms }) =>
  api.call('POST', '/v1/policies', { key, body });
const act = (what: 'approve' | 'activate', id: number, key = compliance, body: object = {}) =>
  api.call('POST', `/v1/policies/${id}/${what}`, { key, body });

test('a version is activated by its author alone where nobody else may approve it', async () => {
  const { status, body } = await draft();
  expect([status, body.version, body.state]).toEqual([201, expect.any(Number), 'draft']);
  // keyFor made a user of the role compliance only.
  await api.context.pool.query(
    `UPDATE users SET disabled_at = now() WHERE role IN ('admin', 'compliance') AND id <> (
    SELECT created_by FROM policies WHERE id = $1)`,
    [body.id],
  );
  expect((await act('activate', body.id)).body).toMatchObject({ state: 'in_force', approvedBy: null });
});

test('where another person may approve, a version needs them, and its author cannot be that person', async () => {
  const other = await api.keyFor('admin');
  const { body } = await draft();
  expect(body.needsApproval).toBe(true);
  expect((await act('activate', body.id)).body.type).toBe('/problems/approval_missing');
  expect((await act('approve', body.id)).body.type).toBe('/problems/second_person_needed');
  expect((await act('approve', body.id, other)).body).toMatchObject({ state: 'draft', needsApproval: false });
  expect((await act('activate', body.id)).body).toMatchObject({ state: 'in_force' });
  expect((await act('approve', body.id, other)).body.type).toBe('/problems/policy_activated');
  const { body: audit } = await api.call('GET', `/v1/audit?subject=policy/${body.id}`, { key: other });
  expect(audit.items.map(({ action }: { action: string }) => action).sort()).toEqual([
    'policy.activate',
    'policy.approve',
    'policy.create',
  ]);
});

test('a version shows what differs from the one before', async () => {
  const { body } = await draft();
  expect(body.differences).toEqual([
    { pointer: '/types/food_permit', after: { reminders: [], graceDays: 30, effect: 'no_payout' } },
  ]);
});

test('terms that are not valid are refused with a pointer, and others decide on their kinds only', async () => {
  const wrong = { ...terms, default: { ...terms.default, graceDays: -1 } };
  const refused = await draft(compliance, { kind: 'credential_rules', terms: wrong });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/terms/default/graceDays' }] } });
  const unknown = await draft(compliance, { kind: 'credential_rules', terms: { ...terms, more: 1 } });
  expect(unknown.status).toBe(422);
  const finance = await api.keyFor('finance');
  expect((await draft(finance)).body.type).toBe('/problems/role_not_allowed');
  expect((await act('activate', (await draft()).body.id, finance)).body.type).toBe(
    '/problems/role_not_allowed',
  );
});

test('an activated version cannot be changed or deleted, also not by SQL', async () => {
  await api.call('GET', '/v1/policies', { key: compliance });
  const { body } = await draft();
  const change = api.context.pool.query('UPDATE policies SET terms = $2 WHERE id = $1', [body.id, {}]);
  await expect(change).rejects.toThrow('immutable');
  await expect(api.context.pool.query('DELETE FROM policies')).rejects.toThrow('immutable');
});

test('the same request makes one draft', async () => {
  const request = {
    key: compliance,
    headers: { 'Idempotency-Key': 'one' },
    body: { kind: 'credential_rules', terms },
  };
  const [first, second] = [
    await api.call('POST', '/v1/policies', request),
    await api.call('POST', '/v1/policies', request),
  ];
  expect(second.body.id).toBe(first.body.id);
});
