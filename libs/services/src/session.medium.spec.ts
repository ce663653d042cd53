import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findMarked,
  identifyProcess,
  isAlive,
  openSession,
  startPostgres,
  startRedis,
  waitForPostgres,
  type ProcessIdentity,
} from './index.js';

let root: string;
let launchers: ChildProcess[];

beforeEach(() => {
  launchers = [];
  root = mkdtempSync(join(tmpdir(), 'arcfleet-spec-'));
  // Servers of a root launcher run as "nobody".
  rmSync(root, { recursive: true });
  mkdirSync(root, { mode: 0o711 });
});
afterEach(() => {
  for (const launcher of launchers) launcher.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

interface Launched {
  child: ChildProcess;
  folder: string;
  id: string;
  client: number;
  grandchild: number;
  postgres: string;
  redis: string;
}

async function launch(dataDir?: string): Promise<Launched> {
  const script = fileURLToPath(new URL('../test/launcher.js', import.meta.url));
  const args = [script, root, process.env['PATH'] ?? '', ...(dataDir ? [dataDir] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  launchers.push(child);
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), once(child, 'exit')])) as [string];
  return { child, ...(JSON.parse(line) as Omit<Launched, 'child'>) };
}

function partsOf(folder: string): ProcessIdentity[] {
  return readdirSync(join(folder, 'parts')).map(
    (file) => JSON.parse(readFileSync(join(folder, 'parts', file), 'utf8')) as ProcessIdentity,
  );
}

/** Processes whose command line names the session's folder: its watchdog, and servers by their arguments. */
function namingFolder(folder: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function isListening(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a session leaves no process, port or folder behind', () => {
  async function expectNothingLeft(launched: Launched, identities: ProcessIdentity[]): Promise<void> {
    expect(identities.filter(isAlive)).toEqual([]);
    expect(findMarked(launched.id)).toEqual([]);
    expect(existsSync(launched.folder)).toBe(false);
    expect(await isListening(launched.postgres)).toBe(false);
    expect(await isListening(launched.redis)).toBe(false);
  }
  const identitiesOf = (launched: Launched) => [
    ...partsOf(launched.folder),
    ...[launched.client, launched.grandchild].flatMap((pid) => identifyProcess(pid) ?? []),
  ];

  it('when it is closed', async () => {
    const session = await openSession({ root });
    const path = process.env['PATH'];
    const [postgres, redis] = await Promise.all([startPostgres(session, { path }), startRedis(session, { path })]);
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const identities = partsOf(session.folder);
    expect(identities).toHaveLength(2);
    await session.close();
    expect(identities.filter(isAlive)).toEqual([]);
    expect(readdirSync(root)).toEqual([]);
    expect(namingFolder(session.folder)).toEqual([]);
    expect(await isListening(postgres.url)).toBe(false);
    expect(await isListening(redis.url)).toBe(false);
  });

  it('when the launcher is killed: its watchdog cleans up', async () => {
    const launched = await launch();
    const identities = identitiesOf(launched);
    expect(identities).toHaveLength(5);
    launched.child.kill('SIGKILL');
    await until(() => !existsSync(launched.folder) && namingFolder(launched.folder).length === 0);
    await expectNothingLeft(launched, identities);
  });

  it('when launcher and watchdog are killed: the next session cleans up', async () => {
    const launched = await launch();
    const identities = identitiesOf(launched);
    const watchdogs = namingFolder(launched.folder).filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('watchdog'),
    );
    expect(watchdogs).toHaveLength(1);
    // The launcher is stopped first, or it would start another watchdog.
    launched.child.kill('SIGSTOP');
    for (const pid of watchdogs) process.kill(pid, 'SIGKILL');
    launched.child.kill('SIGKILL');
    await once(launched.child, 'exit');
    expect(existsSync(launched.folder)).toBe(true);

    const next = await openSession({ root });
    await expectNothingLeft(launched, identities);
    await next.close();
  });

  it('but leaves the session of a living launcher alone', async () => {
    const launched = await launch();
    const next = await openSession({ root });
    await next.close();
    expect(identitiesOf(launched).filter(isAlive)).toHaveLength(5);
    launched.child.kill('SIGTERM');
    await once(launched.child, 'exit');
    expect(existsSync(launched.folder)).toBe(false);
  });
});

it('recovers the data of a folder whose server was killed', async () => {
  const dataDir = join(root, 'data', 'postgres');
  mkdirSync(join(root, 'data'), { mode: 0o711 });
  const launched = await launch(dataDir);
  await query(launched.postgres, 'CREATE TABLE kept (id int); INSERT INTO kept SELECT generate_series(1, 1000)');
  for (const part of partsOf(launched.folder)) process.kill(part.pid, 'SIGKILL');
  launched.child.kill('SIGKILL');
  await until(() => !existsSync(launched.folder));

  const session = await openSession({ root });
  const postgres = await startPostgres(session, { dataDir });
  expect(await query(postgres.url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 1000 }]);

  const other = await openSession({ root });
  await expect(startPostgres(other, { dataDir })).rejects.toThrow(/already runs on/);
  await other.close();
  await session.close();
});

it('starts a part again when it dies, on the same address', async () => {
  const session = await openSession({ root });
  const redis = await startRedis(session, { path: process.env['PATH'] });
  const [before] = partsOf(session.folder);
  const client = new Redis(redis.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.set('volatile', '1');
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await until(async () => (await client.get('volatile')) === null);
  expect(partsOf(session.folder)[0]?.pid).not.toBe(before?.pid);
  client.disconnect();
  await session.close();
});

it('gives a part up that dies again and again, and says what its log says', async () => {
  const session = await openSession({ root });
  const part = session.startPart({
    name: 'broken',
    command: process.execPath,
    args: ['-e', 'console.error("no such luck"); process.exit(3)'],
  });
  await expect(part.done).rejects.toThrow(/broken exited with code 3.*no such luck/);
  await session.close();
});

it('says what to do when there is no Postgres', async () => {
  await expect(waitForPostgres('postgres://x@127.0.0.1:1/x', { timeoutMs: 0 })).rejects.toThrow(/127\.0\.0\.1:1 does not answer/);
});
