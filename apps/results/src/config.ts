import { z } from 'zod';
import { ArcFleetError } from '#contracts';
import { LOG_LEVELS } from '#telemetry';
import { parseAllowedHosts, type AllowedHosts } from '#webhooks';

const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');

const days = z.coerce.number().int().min(1).max(3_650);

const envSchema = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://'),
  WEBHOOK_ALLOW_PRIVATE: flag.default(false),
  /** Quota of a run's log. */
  ARCFLEET_LOG_MB: z.coerce.number().positive().max(1_000).default(8),
  /** Days for which the log of a run is kept after its end. */
  ARCFLEET_LOG_DAYS: z.coerce.number().positive().max(36_500).default(30),
  WEBHOOK_ALLOW_HOSTS: z.string().max(4_096).default(''),
  WEBHOOK_RETENTION_DAYS: days.default(30),
  /** Days for which it is kept what became of the times of a schedule; the newest of each are kept for good. */
  SCHEDULE_RETENTION_DAYS: days.default(90),
  AUDIT_RETENTION_DAYS: days.default(365),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
});

export interface ResultsConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Deliver webhooks to private addresses, too. */
  readonly webhookAllowPrivate: boolean;
  readonly logs: { readonly maxBytes: number; readonly keptMs: number };
  /** Private hosts to which webhooks are delivered all the same. */
  readonly webhookAllowHosts: AllowedHosts;
  /** Days for which deliveries that have ended are kept. */
  readonly webhookKeptDays: number;
  readonly history: { readonly firesKeptDays: number; readonly auditKeptDays: number };
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/**
 * The only reader of the environment. An empty variable counts as not set.
 * @throws ArcFleetError `config_invalid` that names every wrong variable.
 */
export function loadConfig(env: NodeJS.ProcessEnv): ResultsConfig {
  const parsed = envSchema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ArcFleetError('config_invalid', `The environment is not valid. ${problems.join('; ')}`, { problems });
  }
  const { data } = parsed;
  return Object.freeze({
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    webhookAllowPrivate: data.WEBHOOK_ALLOW_PRIVATE,
    logs: { maxBytes: data.ARCFLEET_LOG_MB * 1e6, keptMs: data.ARCFLEET_LOG_DAYS * 24 * 3_600_000 },
    webhookAllowHosts: parseAllowedHosts(data.WEBHOOK_ALLOW_HOSTS),
    webhookKeptDays: data.WEBHOOK_RETENTION_DAYS,
    history: { firesKeptDays: data.SCHEDULE_RETENTION_DAYS, auditKeptDays: data.AUDIT_RETENTION_DAYS },
    logLevel: data.LOG_LEVEL,
  });
}
