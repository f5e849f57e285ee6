import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({
  // Refusals are what many tests are about; each would be logged as a failed activity.
  logger: new DefaultLogger('ERROR'),
  // Tests take Temporal away from workers, which try again in hundreds of lines.
  telemetryOptions: { logging: { filter: 'off' } },
});
