import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readRunning } from '../embedded/running';

/** The command cannot continue; the message says why and what to do. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** Address and key of the API. */
export interface Connection {
  url: string;
  key: string;
}

/**
 * Finds the API: from the command line, then `TRIBUTARY_URL`, then the `npm start` running here; and the key in
 * `TRIBUTARY_KEY`, then the key of this `npm start`.
 *
 * @param url of the command line
 * @throws CommandError when there is no address or no key
 */
export function findApi(url: string | undefined, env: NodeJS.ProcessEnv = process.env): Connection {
  const dataDir = path.resolve(env.DATA_DIR || '.data');
  const address = url || env.TRIBUTARY_URL || readRunning(dataDir)?.apiUrl;
  if (!address) {
    throw new CommandError(
      'No running system was found. Start it with "npm start", or set its address with --url or TRIBUTARY_URL.',
    );
  }
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new CommandError(`"${address}" is not a URL such as http://127.0.0.1:8080.`);
  }
  const keyFile = path.join(dataDir, 'admin-key');
  const key = env.TRIBUTARY_KEY || (existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : '');
  if (!key) {
    throw new CommandError(
      'No API key was found. Set TRIBUTARY_KEY to a key with the role admin or operator.',
    );
  }
  return { url: address, key };
}
