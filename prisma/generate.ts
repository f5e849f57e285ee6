import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const schemaFile = path.join(__dirname, 'schema.prisma');
const marker = path.join(__dirname, 'client', 'made-from');

/**
 * Generates the Prisma client into prisma/client unless the one there was made from the present schema by the
 * present version of Prisma. Needs no network.
 */
export async function ensureClient(): Promise<void> {
  const cli = require.resolve('prisma/build/index.js');
  const { version } = require('prisma/package.json') as { version: string };
  const madeFrom = createHash('sha256').update(version).update(readFileSync(schemaFile)).digest('hex');
  if (readMarker() === madeFrom) return;
  await promisify(execFile)(process.execPath, [cli, 'generate', '--schema', schemaFile], {
    cwd: path.dirname(__dirname),
    env: {
      ...process.env,
      // The command downloads a schema engine and never uses it; any executable avoids the download.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  });
  writeFileSync(marker, madeFrom);
}

function readMarker(): string | undefined {
  try {
    return readFileSync(marker, 'utf8');
  } catch {
    return undefined;
  }
}

if (require.main === module) void ensureClient();
