import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ArcFleetError, type EngineName } from '#contracts';
import { findFreePort, startPostgres, startRedis, type Part, type RedisService, type Service, type Session } from '#services';
import type { CliConfig } from './config.js';
import { readKeyFile } from './follow/api-key.js';
import { orAbort } from './foreground.js';

export interface SystemOptions {
  /** Folder for checkpoints and models. */
  readonly storageRoot: string;
  /** Where Postgres keeps its data; default: in the session, gone with it. */
  readonly postgresDir?: string;
  /** Where the key for the API lies, or is put at the first start. */
  readonly keyFile: string;
  /** Port of the API; default: a free one. */
  readonly port?: number;
  /** The autoscaler starts up to that many workers, from zero. */
  readonly maxWorkers: number;
  readonly slotsPerWorker: number;
  /** Threads of each rank's engine. */
  readonly threads: number;
  readonly engine: EngineName | 'auto';
  /** Deliver webhooks to private addresses, too: for receivers on this machine. */
  readonly allowPrivateWebhooks: boolean;
  /** How long the autoscaler keeps idle workers. */
  readonly idleSeconds?: number;
  /** How long ranks may take to reach a checkpoint when everything is stopped. */
  readonly graceMs?: number;
}

export interface System {
  readonly apiUrl: string;
  /** A key that may ask the API; undefined: none is needed, or none is known. */
  readonly apiKey: string | undefined;
  /** Where the key is, or why there is none, in a sentence. */
  readonly keyNote: string;
  readonly postgres: Service;
  readonly redis: RedisService;
  readonly parts: readonly Part[];
  /** Rejects when a part is down for good. */
  readonly failed: Promise<never>;
}

const START_TIMEOUT_MS = 60_000;

/** Path of an app's main file in the build. */
export function appMain(config: CliConfig, app: 'api' | 'results' | 'autoscaler' | 'worker'): string {
  return join(config.packageRoot, 'dist', 'apps', app, 'src', 'main.js');
}

/**
 * Starts everything: Postgres, Redis, results (which migrates), api, autoscaler. Each part is started again when it dies.
 *
 * @throws ArcFleetError `service_unavailable` naming the part that did not come up and the end of its log.
 */
export async function startSystem(
  session: Session,
  config: CliConfig,
  options: SystemOptions,
  signal: AbortSignal,
): Promise<System> {
  mkdirSync(options.storageRoot, { recursive: true });
  const [postgres, redis] = await orAbort(
    Promise.all([
      startPostgres(session, { databaseUrl: config.databaseUrl, dataDir: options.postgresDir, path: config.path }),
      startRedis(session, { redisUrl: config.redisUrl, path: config.path }),
    ]),
    signal,
  );
  const port = options.port ?? (await findFreePort());
  const env = {
    NODE_ENV: 'production',
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    PORT: String(port),
    ARCFLEET_STORAGE: options.storageRoot,
    ARCFLEET_ENGINE: options.engine,
    ARCFLEET_SLOTS: String(options.slotsPerWorker),
    ARCFLEET_THREADS: String(options.threads),
    ARCFLEET_MAX_WORKERS: String(options.maxWorkers),
    ARCFLEET_IDLE_SECONDS: options.idleSeconds === undefined ? undefined : String(options.idleSeconds),
    ARCFLEET_GRACE_MS: options.graceMs === undefined ? undefined : String(options.graceMs),
    WEBHOOK_ALLOW_PRIVATE: options.allowPrivateWebhooks ? 'true' : undefined,
    ARCFLEET_LIFELINE_FD: undefined,
    ARCFLEET_FIRST_KEY_FILE: options.keyFile,
    // For commands that ask; the parts answer.
    ARCFLEET_API_KEY: undefined,
  };
  const parts = (['results', 'api', 'autoscaler'] as const).map((name) =>
    session.startPart({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', appMain(config, name)],
      env,
      restart: true,
    }),
  );
  const failed = Promise.race(
    parts.map((part) =>
      part.done.then(() => {
        throw new ArcFleetError('service_unavailable', `${part.name} ended`, { part: part.name });
      }),
    ),
  );
  failed.catch(() => undefined); // whoever wants to know awaits it
  const apiUrl = `http://127.0.0.1:${port}`;
  await orAbort(Promise.race([waitForHealth(apiUrl, parts), failed]), signal);
  const access = await orAbort(findKey(apiUrl, postgres.url, options.keyFile, config.apiKey), signal);
  return { apiUrl, ...access, postgres, redis, parts, failed };
}

/** The key that the API accepts: that in the file, that of the environment, or a new one in a file that is not there. */
async function findKey(
  apiUrl: string,
  databaseUrl: string,
  keyFile: string,
  ownKey: string | undefined,
): Promise<Pick<System, 'apiKey' | 'keyNote'>> {
  const inFile = readKeyFile(keyFile);
  const candidates = [
    { key: inFile, note: `the key is in ${keyFile}` },
    { key: ownKey, note: 'the key is that of ARCFLEET_API_KEY' },
  ];
  for (const { key, note } of candidates) {
    if (key === undefined) continue;
    const status = await statusOf(apiUrl, key);
    if (status === 200) return { apiKey: key, keyNote: note };
    if (status === 404) break;
  }
  if ((await statusOf(apiUrl)) === 404) return { apiKey: undefined, keyNote: 'no key is asked for' };
  if (inFile !== undefined) {
    return {
      apiKey: undefined,
      keyNote: `the key in ${keyFile} is not valid; move the file away, the next start makes a new one`,
    };
  }
  // The database has keys of which none is here; who starts the system owns it.
  const { makeLocalKey } = await import('./local-key.js');
  return { apiKey: await makeLocalKey(databaseUrl, keyFile), keyNote: `a new key is in ${keyFile}` };
}

async function statusOf(apiUrl: string, key?: string): Promise<number> {
  const authorization = key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } };
  const answer = await fetch(`${apiUrl}/keys/me`, { ...authorization, signal: AbortSignal.timeout(10_000) });
  await answer.body?.cancel();
  return answer.status;
}

async function waitForHealth(apiUrl: string, parts: readonly Part[]): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${apiUrl}/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    if (Date.now() > deadline) {
      const logs = parts.map((part) => `--- ${part.logFile}\n${part.logTail()}`).join('\n');
      throw new ArcFleetError(
        'service_unavailable',
        `The API at ${apiUrl} is not healthy after ${START_TIMEOUT_MS / 1000} s.\n${logs}`,
      );
    }
    await delay(50);
  }
}
