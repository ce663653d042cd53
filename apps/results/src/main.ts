import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '#telemetry';
import { loadConfig } from './config.js';
import { ResultsService } from './results-service.js';

const config = loadConfig(process.env);
const logger = createLogger({ service: 'results', level: config.logLevel });

/** A shutdown that hangs (or a start that waits for Redis) must not outlive the patience of who asked for it. */
const EXIT_MS = 9_000;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopping.abort();
    setTimeout(() => process.exit(1), EXIT_MS).unref();
  });
}

try {
  const service = new ResultsService({ ...config, observer: logger });
  // A database that is still starting is not a reason to die: the parts of the system start in any order.
  for (let attempt = 1; ; attempt++) {
    try {
      await service.start(stopping.signal);
      break;
    } catch (error) {
      if (attempt >= 60 || stopping.signal.aborted) throw error;
      logger.warn('the database cannot be reached yet', { attempt, error });
      await delay(Math.min(100 * attempt, 1_000));
    }
  }
  logger.info('results started');
  if (!stopping.signal.aborted) {
    await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve, { once: true }));
  }
  logger.info('stopping');
  await service.stop();
} catch (error) {
  logger.error('results could not run', { error });
  process.exitCode = 1;
}
