import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/**
 * Bundles the compiled workflows into one file beside the compiled worker, so that it starts without a bundler, and
 * copies the migrations beside the compiled program that applies them.
 */
async function main(): Promise<void> {
  const root = path.join(__dirname, '..');
  const { code } = await bundleWorkflowCode({ workflowsPath: path.join(root, 'workflows', 'index.js') });
  writeFileSync(path.join(root, 'workflow-bundle.js'), code);
  const migrations = path.join('prisma', 'migrations');
  cpSync(path.join(root, '..', migrations), path.join(root, migrations), { recursive: true });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
