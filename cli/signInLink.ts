import { v7 as uuidv7 } from 'uuid';
import { ConfigError } from '../config';
import { SYSTEM } from '../database/journal';
import { signInPage } from '../database/links';
import { createPool, inTransaction } from '../database/pool';
import { asRefusal } from '../database/refusal';
import { createSealer } from '../database/sealing';
import { makeSignInLink } from '../database/signInLinks';
import { CommandError } from './connect';
import { commandSettings } from './settings';

const usage =
  'Usage: npm run sign-in-link -- EMAIL\nPrints a link for the user to set a password. It works once, for 24 hours.';

async function main(): Promise<void> {
  const [email, ...more] = process.argv.slice(2);
  if (!email || more.length || email.startsWith('-')) throw new CommandError(usage);
  const { config } = commandSettings();
  const pool = createPool(config.DATABASE_URL, 1, () => {});
  try {
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [
      email.toLowerCase(),
    ]);
    const [user] = rows;
    if (!user) throw new CommandError(`There is no user with the email address ${email}.`);
    const linkId = uuidv7();
    await inTransaction(pool, (client) => makeSignInLink(client, { userId: user.id, linkId, actor: SYSTEM }));
    console.log(signInPage(config, createSealer(config), linkId));
  } finally {
    await pool.end();
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    const explained =
      error instanceof ConfigError || error instanceof CommandError || asRefusal(error) !== undefined;
    console.error(explained ? (error as Error).message : error);
    process.exitCode = 1;
  });
}
