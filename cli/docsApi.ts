import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Registry } from 'prom-client';
import { endpointsFor } from '../api/endpoints';
import { type Endpoint, roleSchema } from '../api/http/endpoint';
import { table } from './docs';

const roles = roleSchema.options;

/** docs/api-roles.md: which role may call what, and with which scope. */
export function describeRoles(endpoints: readonly Endpoint[] = endpointsFor(new Registry())): string {
  const needKey = endpoints.filter(({ roles }) => roles !== 'public');
  const rows = needKey.map(({ method, path: address, roles: allowed, scope }) => [
    `\`${method.toUpperCase()} ${address}\``,
    `\`${scope}\``,
    ...roles.map((role) => (allowed.includes(role) ? '✓' : '')),
  ]);
  const open = endpoints
    .filter(({ roles }) => roles === 'public')
    .map(({ path: address }) => `\`${address}\``);
  return `# Who may call what

Made by \`npm run docs\` from the endpoints themselves; a test calls each of them in each role.

A key needs the scope of the call, and its user one of the roles. The scope \`*\` stands for everything that the
role may do, and so does a person's session. A user with the role distributor sees only what belongs to that
distributor. Without a key the answer is 401, without the role or the scope it is 403 and says which is missing.
Revoking a key, ending a session or disabling a user takes effect with the next request.

${table(['call', 'scope', ...roles], rows)}

No key is needed for ${open.join(', ')}.

Each process lets a key make as many requests a minute as \`API_RATE_LIMIT\` says, and an address without a valid
key 60; beyond that the answer is 429 with Retry-After. Behind a load balancer the limits are that many times higher
as there are processes.
`;
}

if (require.main === module) {
  writeFileSync(path.join(__dirname, '..', 'docs', 'api-roles.md'), describeRoles());
}
