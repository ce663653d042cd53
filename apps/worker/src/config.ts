import { availableParallelism, hostname } from 'node:os';
import { ArcFleetError, ENGINES, type EngineName } from '#contracts';
import { engineFolder } from '#engine';
import { z } from 'zod';

export interface WorkerConfig {
  redisUrl: string;
  /** Redis that carries tensors; the same one unless told otherwise. */
  tensorRedisUrl: string;
  /** Folder for checkpoints and models that all workers share. */
  storageRoot: string;
  engine: EngineName | 'auto';
  /** Folder of engines that do not come with npm. */
  engineFolder: string;
  slots: number;
  /** Threads of each trainer's engine. */
  threads: number;
  /** `CUDA_VISIBLE_DEVICES` of each slot; null: as inherited. */
  devices: string[] | null;
  /** How long trainers may take to reach a checkpoint after SIGTERM. */
  graceMs: number;
  /** True: standard input is a pipe from the parent; its end means that the parent is gone. */
  lifeline: boolean;
  /** Faults to inject, for chaos tests. */
  faults: string | undefined;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  host: string;
}

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const envSchema = z.object({
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  REDIS_TENSOR_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  ARCFLEET_STORAGE: z.string().min(1).startsWith('/', 'must be an absolute path'),
  ARCFLEET_ENGINE: z.enum(['auto', ...ENGINES]).default('auto'),
  ARCFLEET_SLOTS: integer(1, 64).default(1),
  ARCFLEET_THREADS: integer(1, 1024).optional(),
  ARCFLEET_DEVICES: z.string().optional(),
  CUDA_VISIBLE_DEVICES: z.string().optional(),
  ARCFLEET_GRACE_MS: integer(0, 3_600_000).default(60_000),
  ARCFLEET_LIFELINE: z.enum(['0', '1']).default('0'),
  ARCFLEET_FAULTS: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/**
 * The only reader of the worker's environment.
 * @throws ArcFleetError `config_invalid`, naming every variable that is wrong.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Readonly<WorkerConfig> {
  const parsed = envSchema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ArcFleetError('config_invalid', `The worker's configuration is not valid. ${problems.join('; ')}`, { problems });
  }
  const { data } = parsed;
  return Object.freeze({
    redisUrl: data.REDIS_URL,
    tensorRedisUrl: data.REDIS_TENSOR_URL ?? data.REDIS_URL,
    storageRoot: data.ARCFLEET_STORAGE,
    engine: data.ARCFLEET_ENGINE,
    engineFolder: engineFolder(env),
    slots: data.ARCFLEET_SLOTS,
    threads: data.ARCFLEET_THREADS ?? Math.max(1, Math.floor(availableParallelism() / data.ARCFLEET_SLOTS)),
    devices: devicesOfSlots(data.ARCFLEET_DEVICES ?? data.CUDA_VISIBLE_DEVICES, data.ARCFLEET_SLOTS),
    graceMs: data.ARCFLEET_GRACE_MS,
    lifeline: data.ARCFLEET_LIFELINE === '1',
    faults: data.ARCFLEET_FAULTS,
    logLevel: data.LOG_LEVEL,
    host: hostname(),
  });
}

/** One device per slot, in turn; with fewer devices than slots they are shared. */
export function devicesOfSlots(list: string | undefined, slots: number): string[] | null {
  const devices = (list ?? '')
    .split(',')
    .map((device) => device.trim())
    .filter((device) => device !== '');
  if (devices.length === 0) return null;
  return Array.from({ length: slots }, (_unused, slot) => devices[slot % devices.length] ?? '');
}
