import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { createDataSource, createKey, runMigrations } from '#persistence';
import { findFreePort, openSession, startPostgres, startRedis, type Part, type Session } from '#services';
import type { DataSource } from 'typeorm';

const build = fileURLToPath(new URL('../../../', import.meta.url));
const appMain = (app: string, root = build): string => join(root, 'dist', 'apps', app, 'src', 'main.js');

export interface StandOptions {
  /** Processes beside the API. */
  readonly apps: readonly ('results' | 'worker')[];
  /** Environment of the API. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of the API's Node, for example for a profile. */
  readonly nodeOptions?: readonly string[];
}

/** A real API process on servers of its own, for what is measured or attacked from outside. */
export class Stand {
  private constructor(
    readonly session: Session,
    readonly source: DataSource,
    readonly servers: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly url: string,
    readonly api: Part,
    /** One that may do everything. */
    readonly key: string,
    readonly storageRoot: string,
  ) {}

  static async open({ apps, env = {}, nodeOptions = [] }: StandOptions): Promise<Stand> {
    const session = await openSession();
    try {
      const path = process.env['PATH'];
      const [postgres, redis] = await Promise.all([
        startPostgres(session, { databaseUrl: process.env['DATABASE_URL'], path, maxConnections: 100 }),
        startRedis(session, { redisUrl: process.env['REDIS_URL'], path }),
      ]);
      const source = await createDataSource(postgres.url, { poolSize: 2 }).initialize();
      await runMigrations(source);
      const key = await aKey(source, 'stand');
      const storage = session.path('storage');
      mkdirSync(storage, { recursive: true });
      const shared = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, LOG_LEVEL: 'warn', ARCFLEET_STORAGE: storage };
      const slots = { ARCFLEET_SLOTS: '2', ARCFLEET_THREADS: '1', ARCFLEET_ENGINE: 'cpu' };
      for (const app of apps) {
        session.startPart({ name: app, command: process.execPath, args: [appMain(app)], env: { ...shared, ...slots } });
      }
      const { url, part } = await startApi(session, build, { ...shared, ...env }, nodeOptions);
      const servers = `${postgres.description}; ${redis.description}`;
      const stand = new Stand(session, source, servers, shared, url, part, key, storage);
      return stand;
    } catch (error) {
      for (const { name, tail } of session.logTails()) console.error(`--- ${name}\n${tail}`);
      await session.close();
      throw error;
    }
  }

  /** Another key that may do everything. */
  aKey(name: string): Promise<string> {
    return aKey(this.source, name);
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.session.close();
  }

  /** Another build's API on the same database. @returns its URL. */
  async startApi(root: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
    return (await startApi(this.session, root, { ...this.env, ...env })).url;
  }
}

/** Written past the API, which makes no first key where there is one. */
async function aKey(source: DataSource, name: string): Promise<string> {
  const key = { name, grants: ['*' as const], expiresAt: null, createdBy: 'system' };
  return (await source.transaction((manager) => createKey(manager, key))).token;
}

async function startApi(
  session: Session,
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  nodeOptions: readonly string[] = [],
): Promise<{ url: string; part: Part }> {
  const port = await findFreePort();
  const part = session.startPart({
    name: `api-${port}`,
    command: process.execPath,
    args: [...nodeOptions, appMain('api', root)],
    env: { ...env, PORT: String(port), NODE_ENV: 'production' },
  });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt += 1) {
    const isUp = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return { url, part };
    if (attempt > 600) throw new Error(`the API did not come up: ${part.logTail()}`);
    await delay(100);
  }
}
