import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '#services';
import { freshDatabase, freshRedis, type Fresh } from '#test-support';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../apps/cli/src/main.js', import.meta.url));
let database: Fresh;
let redis: Fresh;
let home: string;
let running: ChildProcess | undefined;

beforeAll(async () => {
  [database, redis, home] = await Promise.all([freshDatabase(), freshRedis(), mkdtemp(join(tmpdir(), 'arcfleet-up-'))]);
});
afterEach(() => stop());
afterAll(async () => {
  await Promise.all([database?.release(), redis?.release(), rm(home, { recursive: true, force: true })]);
});

/** `arcfleet up` on servers of this test, until it says how to get in. */
async function up(): Promise<{ url: string; access: string; output: () => string }> {
  const port = await findFreePort();
  const child = spawn(process.execPath, [MAIN, 'up', '--port', String(port), '--max-workers', '0'], {
    env: { ...process.env, DATABASE_URL: database.url, REDIS_URL: redis.url, ARCFLEET_HOME: home, ARCFLEET_API_KEY: '' },
  });
  running = child;
  let output = '';
  const access = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk);
        const [, line] = /Access: (.*)\n/.exec(output) ?? [];
        if (line !== undefined) resolve(line);
      });
    }
    child.once('close', () => reject(new Error(`it ended: ${output}`)));
  });
  return { url: `http://127.0.0.1:${port}`, access, output: () => output };
}

async function stop(): Promise<void> {
  if (!running || running.exitCode !== null) return;
  const closed = once(running, 'close');
  running.kill('SIGINT');
  await closed;
  running = undefined;
}

const file = () => join(home, 'api-key');
const readKey = async () => (await readFile(file(), 'utf8')).trim();
const ask = async (url: string, key?: string) =>
  (await fetch(`${url}/runs`, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } })).status;

it('keeps a key beside its data that survives restarts like the database, and makes a new one for who has lost it', async () => {
  const first = await up();
  const key = await readKey();
  expect(first.access).toContain(file());
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect([await ask(first.url), await ask(first.url, key)]).toEqual([401, 200]);
  expect(first.output()).not.toContain(key);
  await stop();

  await rename(file(), join(home, 'lost'));
  const lost = await up();
  expect(lost.access).toContain('a new key is in');
  expect(await readKey()).not.toBe(key);
  for (const each of [key, await readKey()]) expect(await ask(lost.url, each)).toBe(200);
  await stop();

  await writeFile(file(), `arc_${'0'.repeat(20)}_${'A'.repeat(43)}\n`);
  const stale = await up();
  expect(stale.access).toContain('is not valid; move the file away');
  expect(await ask(stale.url, key)).toBe(200);
});
