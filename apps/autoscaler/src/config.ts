import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ArcFleetError } from '#contracts';
import { LOG_LEVELS, type LogLevel } from '#telemetry';
import { z } from 'zod';

export interface AutoscalerConfig {
  readonly redisUrl: string;
  /** Bounds on the number of workers that this autoscaler keeps. */
  readonly minWorkers: number;
  readonly maxWorkers: number;
  /** How long workers that are not needed stay. */
  readonly idleMs: number;
  readonly slotsPerWorker: number;
  /** How long workers may take to hand their ranks back after SIGTERM. */
  readonly graceMs: number;
  readonly logLevel: LogLevel;
  readonly host: string;
  /** The worker's program, and the environment that it is started with. */
  readonly workerMain: string;
  readonly workerEnv: Readonly<NodeJS.ProcessEnv>;
}

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const envSchema = z
  .object({
    REDIS_URL: z.url({ protocol: /^rediss?$/ }),
    ARCFLEET_MIN_WORKERS: integer(0, 1024).default(0),
    ARCFLEET_MAX_WORKERS: integer(0, 1024),
    ARCFLEET_IDLE_SECONDS: z.coerce.number().min(0).max(86_400).default(60),
    ARCFLEET_SLOTS: integer(1, 64).default(1),
    ARCFLEET_GRACE_MS: integer(0, 3_600_000).default(60_000),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  })
  .refine((values) => values.ARCFLEET_MIN_WORKERS <= values.ARCFLEET_MAX_WORKERS, {
    path: ['ARCFLEET_MIN_WORKERS'],
    message: 'must not exceed ARCFLEET_MAX_WORKERS',
  });

/**
 * The only reader of the autoscaler's environment. An empty variable counts as not set.
 * @throws ArcFleetError `config_invalid`, naming every variable that is wrong.
 */
export function loadConfig(env: NodeJS.ProcessEnv): AutoscalerConfig {
  const parsed = envSchema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ArcFleetError('config_invalid', `The autoscaler's configuration is not valid. ${problems.join('; ')}`, {
      problems,
    });
  }
  const { data } = parsed;
  return Object.freeze({
    redisUrl: data.REDIS_URL,
    minWorkers: data.ARCFLEET_MIN_WORKERS,
    maxWorkers: data.ARCFLEET_MAX_WORKERS,
    idleMs: data.ARCFLEET_IDLE_SECONDS * 1_000,
    slotsPerWorker: data.ARCFLEET_SLOTS,
    graceMs: data.ARCFLEET_GRACE_MS,
    logLevel: data.LOG_LEVEL,
    host: hostname(),
    workerMain: fileURLToPath(new URL('../../worker/src/main.js', import.meta.url)),
    workerEnv: { ...env, ARCFLEET_SLOTS: String(data.ARCFLEET_SLOTS) },
  });
}
