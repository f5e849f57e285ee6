import { v7 as uuidv7 } from 'uuid';
import { removeSecondFactor } from '../api/identity/secondFactor';
import { ConfigError } from '../config';
import { addAudit, SYSTEM } from '../database/journal';
import { signInPage } from '../database/links';
import { createPool, inTransaction } from '../database/pool';
import { asRefusal } from '../database/refusal';
import { createSealer } from '../database/sealing';
import { makeSignInLink } from '../database/signInLinks';
import { subjectOf } from '../domain/kinds';
import { CommandError } from './connect';
import { commandSettings } from './settings';

const REMOVE = '--remove-second-factor';
const usage = `Usage: npm run sign-in-link -- EMAIL [${REMOVE}]
Prints a link for the user to set a password. It works once, for 24 hours.
${REMOVE} removes two-step verification too, for the only admin who has lost phone and recovery codes.`;

async function main(): Promise<void> {
  const [email, option, ...more] = process.argv.slice(2);
  const remove = option === REMOVE;
  if (!email || more.length || email.startsWith('-') || (option && !remove)) throw new CommandError(usage);
  const { config } = commandSettings();
  const pool = createPool(config.DATABASE_URL, 1, () => {});
  try {
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [
      email.toLowerCase(),
    ]);
    const [user] = rows;
    if (!user) throw new CommandError(`There is no user with the email address ${email}.`);
    const linkId = uuidv7();
    await inTransaction(pool, async (client) => {
      await makeSignInLink(client, { userId: user.id, linkId, actor: SYSTEM });
      if (!remove) return;
      await removeSecondFactor(client, user.id);
      await addAudit(client, {
        actor: SYSTEM,
        action: 'second_factor.remove',
        subject: subjectOf('user', user.id),
      });
    });
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
