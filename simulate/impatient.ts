import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/**
 * Shortens the time after which Temporal gives up an activity of a killed worker, minutes in production. Bundled
 * beside the real workflows.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) =>
        next({ ...input, options: { ...input.options, startToCloseTimeout: '10s' } }),
    },
  ],
});
