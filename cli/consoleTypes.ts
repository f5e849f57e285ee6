import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Registry } from 'prom-client';
import { endpointsFor } from '../api/endpoints';
import { openApiOf } from '../api/http/openapi';

const consoleFolder = path.join(__dirname, '..', 'console');

/** Writes the types of the console's client, console/src/api/schema.d.ts, from the OpenAPI document of these sources. */
function writeTypes(): void {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-openapi-'));
  try {
    const document = path.join(folder, 'openapi.json');
    writeFileSync(document, JSON.stringify(openApiOf(endpointsFor(new Registry()))));
    const generator = path.join(consoleFolder, 'node_modules', 'openapi-typescript', 'bin', 'cli.js');
    const output = path.join(consoleFolder, 'src', 'api', 'schema.d.ts');
    execFileSync(process.execPath, [generator, document, '-o', output], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

writeTypes();
