import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/**
 * Shortens the time after which Temporal gives up an activity without a report, minutes in production, so that
 * tests of dead workers need not wait for it. Bundled beside the real workflows.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) =>
        next({ ...input, options: { ...input.options, startToCloseTimeout: '30s' } }),
    },
  ],
});
