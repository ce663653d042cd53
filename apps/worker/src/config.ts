import { availableParallelism, hostname } from 'node:os';
import { ArcFleetError, ENGINES, remoteAccess, type EngineName, type RemoteAccess } from '#contracts';
import { engineFolder } from '#engine';
import { z } from 'zod';

export interface WorkerConfig {
  redisUrl: string;
  /** Redis that carries tensors; the same one unless told otherwise. */
  tensorRedisUrl: string;
  /** Name or address under which other workers reach this one, and ports for that (tcp transport); undefined: found out, any. */
  advertiseHost: string | undefined;
  tcpPorts: [number, number] | undefined;
  /** Folder for checkpoints and models that all workers share. */
  storageRoot: string;
  /** Folders from which models may be imported; undefined: from everywhere that the worker can read. */
  importRoots: string[] | undefined;
  engine: EngineName | 'auto';
  /** Folder of engines that do not come with npm. */
  engineFolder: string;
  /** How data sets under `s3://` are reached and where the cache of data sets lies. */
  dataAccess: RemoteAccess;
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

/** `20000-20063`: first and last port. */
const portRange = z.string().transform((text, context): [number, number] => {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const ports: [number, number] = [Number(first), Number(last)];
  if (ports[0] >= 1 && ports[0] <= ports[1] && ports[1] <= 65_535) return ports;
  context.addIssue({ code: 'custom', message: 'must be a range of ports such as 20000-20063' });
  return z.NEVER;
});

/** `/models:/mnt/zoo`: absolute paths. */
const folders = z
  .string()
  .transform((text) => text.split(':').filter((folder) => folder !== ''))
  .pipe(z.array(z.string().startsWith('/', 'must be absolute paths, separated by colons')).min(1));

const envSchema = z.object({
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  REDIS_TENSOR_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  ARCFLEET_ADVERTISE_HOST: z.string().min(1).max(255).optional(),
  ARCFLEET_TCP_PORTS: portRange.optional(),
  ARCFLEET_STORAGE: z.string().min(1).startsWith('/', 'must be an absolute path'),
  ARCFLEET_IMPORT_ROOTS: folders.optional(),
  ARCFLEET_ENGINE: z.enum(['auto', ...ENGINES]).default('auto'),
  ARCFLEET_SLOTS: integer(1, 64).default(1),
  ARCFLEET_THREADS: integer(1, 1024).optional(),
  ARCFLEET_DEVICES: z.string().optional(),
  CUDA_VISIBLE_DEVICES: z.string().optional(),
  ARCFLEET_DATA_CACHE: z.string().startsWith('/', 'must be an absolute path').optional(),
  ARCFLEET_DATA_CACHE_GB: z.coerce.number().positive().max(1e6).optional(),
  // Read by the SDK itself, like the rest of its chain.
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_REGION: z.string().optional(),
  AWS_ENDPOINT_URL: z.url({ protocol: /^https?$/ }).optional(),
  AWS_ENDPOINT_URL_S3: z.url({ protocol: /^https?$/ }).optional(),
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
    advertiseHost: data.ARCFLEET_ADVERTISE_HOST,
    tcpPorts: data.ARCFLEET_TCP_PORTS,
    storageRoot: data.ARCFLEET_STORAGE,
    importRoots: data.ARCFLEET_IMPORT_ROOTS,
    engine: data.ARCFLEET_ENGINE,
    engineFolder: engineFolder(env),
    dataAccess: remoteAccess(env),
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
