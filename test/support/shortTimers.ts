import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Lets no timer of a workflow run for longer than a second. Bundled beside the real workflows. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    { startTimer: (input, next) => next({ ...input, durationMs: Math.min(input.durationMs, 1000) }) },
  ],
});
