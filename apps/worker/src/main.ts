import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createLogger } from '#telemetry';
import { loadConfig } from './config.js';
import { Supervisor } from './supervisor/supervisor.js';

/** Without its parent nobody wants the worker's results for long, and its Redis may be gone as well. */
const ORPHAN_GRACE_MS = 5_000;

const { version } = createRequire(import.meta.url)('../../../../package.json') as { version: string };
const config = loadConfig(process.env);
const logger = createLogger({ service: 'worker', level: config.logLevel });
const { ARCFLEET_LIFELINE: _lifeline, ...env } = process.env;

const supervisor = new Supervisor({
  ...config,
  version,
  env,
  trainerMain: fileURLToPath(new URL('./trainer/main.js', import.meta.url)),
  observer: logger,
});

// Whoever reads our log may be gone: that must not end us before the ranks are handed back.
process.stderr.on('error', () => undefined);

let ending = false;
async function end(reason: string, graceMs: number): Promise<void> {
  if (ending) {
    logger.warn('ending at once', { reason });
    // Trainers die with this process: their lifeline ends.
    process.exit(1);
  }
  ending = true;
  logger.info('worker leaves', { workerId: supervisor.workerId, reason });
  await supervisor.shutdown(graceMs);
  process.exit(0);
}

process.on('SIGTERM', () => void end('SIGTERM', config.graceMs));
process.on('SIGINT', () => void end('SIGINT', config.graceMs));
if (config.lifeline) {
  const orphaned = (): void => {
    if (ending) setTimeout(() => process.exit(1), ORPHAN_GRACE_MS);
    else void end('its parent is gone', ORPHAN_GRACE_MS);
  };
  process.stdin.on('end', orphaned).on('close', orphaned).on('error', orphaned).resume();
}
void supervisor.retired.then(() => end('retired', config.graceMs));

if (config.faults) logger.warn('ARCFLEET_FAULTS is set: trainers of this worker fail on purpose', { faults: config.faults });
await supervisor.start();
logger.info('worker started', {
  workerId: supervisor.workerId,
  slots: config.slots,
  threads: config.threads,
  engine: config.engine,
});
