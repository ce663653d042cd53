import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { ArcFleetError } from '#contracts';
import { findProgram } from './find-program.js';
import { findFreePort } from './ports.js';
import type { Session } from './session.js';
import type { Service } from './postgres.js';

export interface RedisOptions {
  /** A server that runs already; nothing is started then. */
  readonly redisUrl?: string;
  /** Value of PATH, where `redis-server` and `valkey-server` are looked for. */
  readonly path?: string;
}

export interface RedisService extends Service {
  /** `js`: the pure JavaScript server, slow and for demos and tests only. */
  readonly kind: 'given' | 'native' | 'js';
}

const START_TIMEOUT_MS = 30_000;
const PORT_TRIES = 4;
/** XAUTOCLAIM and XTRIM MINID came with Redis 6.2; every Valkey has them. */
const MIN_VERSION = [6, 2] as const;

function findServer(path: string): { program: string; name: string; version: string } | undefined {
  for (const name of ['redis-server', 'valkey-server']) {
    const program = findProgram(name, path);
    if (!program) continue;
    const text = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';
    const [, major, minor, patch] = /v=(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
    if (!major || !minor) continue; // does not run
    if (Number(major) < MIN_VERSION[0] || (Number(major) === MIN_VERSION[0] && Number(minor) < MIN_VERSION[1])) continue;
    return { program, name, version: `${major}.${minor}.${patch}` };
  }
  return undefined;
}

/**
 * A Redis for this session: `redisUrl` if given, else `redis-server` or `valkey-server` on PATH (own port, own folder, no
 * persistence), else js-redis-server in a process of its own. A server that is started listens on 127.0.0.1 and is
 * started again, empty, when it dies.
 *
 * @throws ArcFleetError `service_unavailable` when it does not come up.
 */
export async function startRedis(session: Session, options: RedisOptions = {}): Promise<RedisService> {
  if (options.redisUrl) {
    await waitForRedis(options.redisUrl, { timeoutMs: START_TIMEOUT_MS });
    return { url: options.redisUrl, kind: 'given', description: 'Redis at REDIS_URL' };
  }
  const server = findServer(options.path ?? '');
  let lastError: unknown;
  for (let attempt = 0; attempt < PORT_TRIES; attempt++) {
    const port = await findFreePort();
    const name = attempt === 0 ? 'redis' : `redis-${attempt}`;
    const native = server ? nativeServer(session, server.program, name, port) : undefined;
    const script = fileURLToPath(new URL('./js-redis-main.js', import.meta.url));
    const url = native?.url ?? `redis://127.0.0.1:${port}`;
    const { command, args } = native ?? { command: process.execPath, args: [script, String(port)] };
    const part = session.startPart({ name, command, args, cwd: '/', isServer: true, restart: true });
    try {
      await waitForRedis(url, {
        timeoutMs: START_TIMEOUT_MS,
        giveUp: () => part.isDown || /Address already in use|EADDRINUSE/.test(part.logTail()),
      });
      return server
        ? { url, kind: 'native', description: `${server.name} ${server.version}` }
        : { url, kind: 'js', description: 'js-redis-server (demo speed; put redis-server on PATH for a real one)' };
    } catch (error) {
      const tail = part.logTail();
      await part.stop();
      lastError = new ArcFleetError('service_unavailable', `Redis did not start: ${tail || String(error)}`, {}, { cause: error });
      if (!/Address already in use|EADDRINUSE/.test(tail)) throw lastError;
    }
  }
  throw lastError;
}

function nativeServer(session: Session, program: string, name: string, port: number) {
  const password = randomBytes(18).toString('base64url');
  const folder = session.path(name);
  mkdirSync(folder);
  // In a file, not on the command line: there every user of the machine could read the password.
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    'save ""',
    'appendonly no',
    'daemonize no',
    'maxmemory-policy noeviction',
  ];
  const file = session.path(name, 'redis.conf');
  writeFileSync(file, `${settings.join('\n')}\n`, { mode: 0o600 });
  return { command: program, args: [file], url: `redis://:${password}@127.0.0.1:${port}` };
}

/**
 * Waits until PING is answered.
 *
 * @throws ArcFleetError `service_unavailable` after `timeoutMs`, or when `giveUp` says so.
 */
export async function waitForRedis(url: string, options: { timeoutMs: number; giveUp?: () => boolean }): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const client = new Redis(url, {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: 5_000,
      maxRetriesPerRequest: 0,
    });
    let why = '';
    client.on('error', (error: Error) => (why = error.message));
    try {
      await client.connect();
      await client.ping();
      return;
    } catch (error) {
      if (options.giveUp?.() || Date.now() > deadline) {
        const { hostname, port } = new URL(url);
        const message = `Redis at ${hostname}:${port || 6379} does not answer: ${why || String(error)}`;
        throw new ArcFleetError('service_unavailable', message, {}, { cause: error });
      }
    } finally {
      client.disconnect();
    }
    await delay(25);
  }
}
