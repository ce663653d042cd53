import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { ArcFleetError } from '#contracts';
import { LOG_LEVELS } from '#telemetry';
import { parseAllowedHosts, type AllowedHosts } from '#webhooks';
import { isLoopback } from './access/loopback.js';
import type { AccessSettings } from './access/settings.js';

const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');

/** Most requests of a kind in a minute; 0: no limit. */
const perMinute = (fallback: number) => z.coerce.number().int().min(0).max(1_000_000).default(fallback);
const listOf = (item: z.ZodType<string, string>) =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item).max(100));
const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text), {
  error: 'must be origins like https://dashboard.example, separated by commas',
});
const proxy = z.string().refine((text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text), {
  error: 'must be addresses or networks like 10.0.0.0/8, separated by commas',
});

const envSchema = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'),
  /** Most connections to Postgres that requests use at once. */
  DATABASE_POOL: z.coerce.number().int().min(2).max(500).default(30),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Only this machine unless told otherwise. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Prefix of the links in answers, for example `https://arcfleet.example`; without it links are paths. */
  ARCFLEET_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  WEBHOOK_ALLOW_PRIVATE: flag.default(false),
  /** `GET /metrics` without a key; otherwise it takes one with `workers:read`. */
  ARCFLEET_METRICS_OPEN: flag.default(false),
  WEBHOOK_ALLOW_HOSTS: z.string().max(4_096).default(''),
  /** `none` asks for no keys; only where HOST is an address of this machine. */
  ARCFLEET_AUTH: z.enum(['keys', 'none']).default('keys'),
  /** Where the first key is written, or lies already; without it, it is printed to standard output. */
  ARCFLEET_FIRST_KEY_FILE: z.string().min(1).optional(),
  RATE_LIMIT_READ_PER_MINUTE: perMinute(3_000),
  RATE_LIMIT_WRITE_PER_MINUTE: perMinute(600),
  RATE_LIMIT_REFUSED_PER_MINUTE: perMinute(60),
  RATE_LIMIT_OPEN_PER_MINUTE: perMinute(1_800),
  STREAMS_PER_KEY: z.coerce.number().int().min(0).max(100_000).default(100),
  CORS_ORIGINS: listOf(origin),
  TRUSTED_PROXIES: listOf(proxy),
  REQUEST_TIMEOUT_SECONDS: z.coerce.number().int().min(1).max(3_600).default(60),
  /** The workers' storage, as this process sees it: files of models are read from there. */
  ARCFLEET_STORAGE: z.string().startsWith('/', 'must be an absolute path').optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
});

export interface ApiConfig {
  readonly databaseUrl: string;
  readonly databasePool: number;
  readonly port: number;
  readonly host: string;
  /** Without a slash at its end; empty: links are paths. */
  readonly publicUrl: string;
  /** Accept webhook URLs that name a private address. */
  readonly webhookAllowPrivate: boolean;
  /** Prometheus needs no key. */
  readonly metricsOpen: boolean;
  /** Private hosts that webhook URLs may name all the same. */
  readonly webhookAllowHosts: AllowedHosts;
  readonly access: AccessSettings;
  /** Where the first key goes; undefined: standard output. */
  readonly firstKeyFile: string | undefined;
  /** null: not set. */
  readonly storageRoot: string | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly version: string;
}

/**
 * The only reader of the environment. An empty variable counts as not set.
 * @throws ArcFleetError `config_invalid` that names every wrong variable.
 */
export function loadConfig(env: NodeJS.ProcessEnv): ApiConfig {
  const parsed = envSchema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ArcFleetError('config_invalid', `The environment is not valid. ${problems.join('; ')}`, { problems });
  }
  const values = parsed.data;
  if (values.ARCFLEET_AUTH === 'none' && !isLoopback(values.HOST)) {
    const problem = `ARCFLEET_AUTH: none is only for a HOST of this machine, such as 127.0.0.1, not ${values.HOST}`;
    throw new ArcFleetError('config_invalid', `The environment is not valid. ${problem}`, { problems: [problem] });
  }
  return Object.freeze({
    databaseUrl: values.DATABASE_URL,
    databasePool: values.DATABASE_POOL,
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.ARCFLEET_PUBLIC_URL?.replace(/\/+$/, '') ?? '',
    webhookAllowPrivate: values.WEBHOOK_ALLOW_PRIVATE,
    metricsOpen: values.ARCFLEET_METRICS_OPEN,
    webhookAllowHosts: parseAllowedHosts(values.WEBHOOK_ALLOW_HOSTS),
    access: {
      auth: values.ARCFLEET_AUTH,
      rateLimits: {
        read: values.RATE_LIMIT_READ_PER_MINUTE,
        write: values.RATE_LIMIT_WRITE_PER_MINUTE,
        refused: values.RATE_LIMIT_REFUSED_PER_MINUTE,
        open: values.RATE_LIMIT_OPEN_PER_MINUTE,
      },
      streamsPerKey: values.STREAMS_PER_KEY,
      corsOrigins: values.CORS_ORIGINS,
      trustedProxies: values.TRUSTED_PROXIES,
      requestTimeoutMs: values.REQUEST_TIMEOUT_SECONDS * 1_000,
    },
    firstKeyFile: values.ARCFLEET_FIRST_KEY_FILE,
    storageRoot: values.ARCFLEET_STORAGE ?? null,
    logLevel: values.LOG_LEVEL,
    version: readVersion(),
  });
}

function readVersion(): string {
  // From dist/apps/api/src/ to the root; not imported as a module, because tsc would copy it into dist.
  const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
