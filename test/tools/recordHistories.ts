import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import globalSetup from '../support/globalSetup';
import { encodeHistory } from '../support/histories';
import { runScenarios } from '../support/stories';

// `npm run histories` runs each story once against the test servers and writes what Temporal recorded to
// test/histories. Run it when workflows were changed behind `patched`, or are started with another input, and give the
// stories that then differ new names: files that are there are kept, since they are what workflows that run today
// look like. A file may only go when no workflow of its kind can be running any more.

/** The text of a history, without the names of this machine and of this run. */
function normalise(history: object): string {
  const names = new RegExp(`\\b\\d+@[\\w.-]+|${os.hostname()}|stories-(http-)?[\\da-f-]{36}`, 'g');
  return JSON.stringify(
    history,
    (name, value: unknown) => {
      if (name === 'identity') return 'recorded';
      // Paths of files, which replaying does not look at.
      if (name === 'stackTrace') return '';
      return typeof value === 'string' ? value.replace(names, 'recorded') : value;
    },
    1,
  );
}

async function main(): Promise<void> {
  const folder = path.join(__dirname, '..', 'histories');
  mkdirSync(folder, { recursive: true });
  await globalSetup();
  try {
    await runScenarios(async (client, ended) => {
      for (const { name, workflowId, runId } of ended) {
        const file = path.join(folder, `${name}.json`);
        if (existsSync(file)) continue;
        const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
        writeFileSync(file, `${normalise(encodeHistory(history))}\n`);
        process.stdout.write(`${name}: ${history.events?.length} events\n`);
      }
    });
  } finally {
    await global.stopTestServers();
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
