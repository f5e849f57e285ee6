import { TestWorkflowEnvironment } from '@temporalio/testing';

/**
 * `tsx embedded/download.ts local|timeSkipping <folder>`: makes the Temporal SDK download that server into the
 * folder. A separate process, because the SDK's native runtime would stay in the calling process.
 */
async function main([server, downloadDir]: string[]): Promise<void> {
  const options = { server: { executable: { type: 'cached-download' as const, downloadDir } } };
  const environment =
    server === 'local'
      ? await TestWorkflowEnvironment.createLocal(options)
      : await TestWorkflowEnvironment.createTimeSkipping(options);
  await environment.teardown();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message.replaceAll('\n', ' ') : error);
  process.exit(1);
});
