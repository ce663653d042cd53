import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ArcFleetError } from '#contracts';
import { LOG_LEVELS } from '#telemetry';

const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');

const envSchema = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Only this machine unless told otherwise: the API has no authentication yet. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Prefix of the links in answers, for example `https://arcfleet.example`; without it links are paths. */
  ARCFLEET_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  WEBHOOK_ALLOW_PRIVATE: flag.default(false),
  /** The workers' storage, as this process sees it: files of models are read from there. */
  ARCFLEET_STORAGE: z.string().startsWith('/', 'must be an absolute path').optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
});

export interface ApiConfig {
  readonly databaseUrl: string;
  readonly port: number;
  readonly host: string;
  /** Without a slash at its end; empty: links are paths. */
  readonly publicUrl: string;
  /** Accept webhook URLs that name a private address. */
  readonly webhookAllowPrivate: boolean;
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
  return Object.freeze({
    databaseUrl: values.DATABASE_URL,
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.ARCFLEET_PUBLIC_URL?.replace(/\/+$/, '') ?? '',
    webhookAllowPrivate: values.WEBHOOK_ALLOW_PRIVATE,
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
