import { setTimeout as delay } from 'node:timers/promises';
import { createRedis, whenReady } from '#queue';
import { createLogger } from '#telemetry';
import { Autoscaler } from './autoscaler.js';
import { loadConfig } from './config.js';
import { ProcessDriver } from './drivers/process-driver.js';

/** Beyond the workers' own grace: for their last words. */
const LEAVE_MS = 10_000;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger({ service: 'autoscaler', level: config.logLevel });
  const stopping = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
  const redis = createRedis(config.redisUrl, 'fail-fast');
  redis.on('error', () => undefined); // the loop says it
  const driver = new ProcessDriver({
    workerMain: config.workerMain,
    env: config.workerEnv,
    observer: logger,
    onOutput: (line) => process.stderr.write(`${line}\n`),
  });
  const { minWorkers, maxWorkers, slotsPerWorker, idleMs } = config;
  const limits = { minWorkers, maxWorkers, slotsPerWorker, idleMs };
  const autoscaler = new Autoscaler({ redis, driver, limits, host: config.host, observer: logger });
  // The connection is just being made; without this the first look would always fail, and say so.
  await Promise.race([whenReady(redis), delay(2_000, undefined, { ref: false })]);
  autoscaler.start();
  logger.info('autoscaler started', { ...limits });

  logger.info('stopping', { signal: await stopping, workers: driver.members.length });
  await autoscaler.stop();
  await driver.stop(config.graceMs + LEAVE_MS);
  redis.disconnect();
}

try {
  await main();
} catch (error) {
  createLogger({ service: 'autoscaler' }).error('the autoscaler could not run', { error });
  process.exitCode = 1;
}
