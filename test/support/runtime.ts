import { DefaultLogger, Runtime } from '@temporalio/worker';

// Refusals are what many tests are about; each would be logged as a failed activity.
Runtime.install({ logger: new DefaultLogger('ERROR') });
