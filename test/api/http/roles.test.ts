import { readFileSync } from 'node:fs';
import path from 'node:path';
import { roleSchema } from '../../../api/http/endpoint';
import { describeRoles } from '../../../cli/docsApi';
import { endpoints, startApi, type TestApi } from '../../support/api';

let api: TestApi;
const keys: Record<string, string> = {};
const scopeless: Record<string, string> = {};
beforeAll(async () => {
  api = await startApi({ TRUST_PROXY: 'true' });
  for (const role of roleSchema.options) {
    keys[role] = await api.keyFor(role);
    scopeless[role] = await api.keyFor(role, ['none:read']);
  }
});
afterAll(() => api.stop());

const protectedEndpoints = endpoints.flatMap((endpoint) =>
  endpoint.roles === 'public'
    ? []
    : [[`${endpoint.method} ${endpoint.path}`, { ...endpoint, roles: endpoint.roles }] as const],
);
let clients = 0;
/** Another address for each request, so that the limit of failed ones is not met. */
const fromElsewhere = () => ({ 'X-Forwarded-For': `10.0.${clients >> 8}.${clients++ & 255}` });
const unknownId = '01a20153-9024-75ed-882c-b2f9524ca828';

test.each(protectedEndpoints)('%s is for its roles and its scope only', async (_name, endpoint) => {
  // A broken body, so that nothing is changed where the key is let through.
  const body = endpoint.method === 'get' ? undefined : '{';
  const address = endpoint.path.replace(/\{\w+\}/g, unknownId);
  const call = (key?: string) =>
    api.call(endpoint.method.toUpperCase(), address, { key, body, headers: fromElsewhere() });

  expect((await call()).body).toMatchObject({ status: 401, type: '/problems/authentication_required' });
  expect((await call('a wrong key')).body).toMatchObject({ status: 401, type: '/problems/key_not_valid' });
  for (const role of roleSchema.options) {
    const [withScope, without] = [await call(keys[role]), await call(scopeless[role])];
    if (endpoint.roles.includes(role)) {
      expect([role, withScope.status]).not.toEqual([role, 401]);
      expect([role, withScope.status]).not.toEqual([role, 403]);
      expect([role, without.status, without.body.type]).toEqual([role, 403, '/problems/scope_missing']);
      expect(without.body.detail).toContain(endpoint.scope);
    } else {
      expect([role, withScope.status, withScope.body.type]).toEqual([
        role,
        403,
        '/problems/role_not_allowed',
      ]);
      expect(without.status).toBe(403);
    }
  }
});

test('docs/api-roles.md is current (npm run docs)', () => {
  const file = path.join(__dirname, '..', '..', '..', 'docs', 'api-roles.md');
  expect(readFileSync(file, 'utf8')).toBe(describeRoles());
});

test('the reference shows every call, and holds no script', async () => {
  const { text, headers } = await api.call('GET', '/reference');
  for (const [, { path: address, summary }] of protectedEndpoints) {
    expect(text).toContain(`<code>${address}</code>`);
    expect(text).toContain(summary.replaceAll("'", '&#39;'));
  }
  expect(text).not.toMatch(/<script|https?:\/\//);
  expect(headers.get('content-security-policy')).toContain("script-src 'self'");
});

test('the type of every documented problem opens a page', async () => {
  const codes = endpoints.flatMap(({ errors }) => errors ?? []);
  for (const code of ['not_found', ...new Set(codes)]) {
    expect((await api.call('GET', `/problems/${code}`, { headers: fromElsewhere() })).status).toBe(200);
  }
  expect((await api.call('GET', '/problems/no_such')).status).toBe(404);
});
