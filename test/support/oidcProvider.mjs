// A real OpenID Connect provider, as a process of its own: it is a tree of ES modules, which Jest does not load.
// A person who signs in gets the claims that the parent has sent for that subject.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const accounts = new Map();
process.on('message', ({ sub, claims }) => {
  accounts.set(sub, claims);
  process.send({ known: sub });
});
process.on('disconnect', () => process.exit(0));

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'console',
        client_secret: 'a secret of the console',
        redirect_uris: [process.argv[2]],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { email: ['email', 'email_verified'] },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) }),
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
  });
  server.on('request', provider.callback());
  process.send({ issuer });
});
