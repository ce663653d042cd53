import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRedis, readWorkers, writeDemand } from '#queue';
import { freshRedis, type Fresh } from '#test-support';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Autoscaler } from './autoscaler.js';
import { ProcessDriver } from './drivers/process-driver.js';

const workerMain = fileURLToPath(new URL('./testing/fake-worker.js', import.meta.url));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await delay(20);
}

describe('autoscaler with worker processes on a real Redis', () => {
  let server: Fresh;
  let redis: Redis;
  let driver: ProcessDriver;
  let autoscaler: Autoscaler;
  let logged: { level: string; message: string; fields: Record<string, unknown> | undefined }[];

  beforeAll(async () => {
    server = await freshRedis();
    redis = createRedis(server.url, 'fail-fast');
    await new Promise((resolve) => redis.once('ready', resolve));
  });
  beforeEach(async () => {
    await redis.flushdb();
    logged = [];
  });
  afterEach(async () => {
    await autoscaler.stop();
    await driver.stop(5_000);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.release();
  });

  function start(env: Record<string, string> = {}, idleMs = 300): void {
    const observer = {
      log: (level: string, message: string, fields?: Record<string, unknown>) => void logged.push({ level, message, fields }),
    };
    driver = new ProcessDriver({
      workerMain,
      env: { ...process.env, REDIS_URL: server.url, ARCFLEET_SLOTS: '1', ...env },
      observer,
      onOutput: () => undefined,
    });
    autoscaler = new Autoscaler({
      redis,
      driver,
      limits: { minWorkers: 0, maxWorkers: 3, slotsPerWorker: 1, idleMs },
      host: hostname(),
      observer,
      tickMs: 30,
    });
    autoscaler.start();
  }
  const want = (reservedRanks: number, ...gangs: number[]) =>
    writeDemand(redis, {
      reservedRanks,
      waitingGangs: gangs.map((ranks, index) => ({ runId: `run${index}`, ranks, minRanks: ranks })),
      at: new Date().toISOString(),
    });
  const numWorkers = async () => (await readWorkers(redis)).length;

  it('goes from zero to what is wanted and back to zero', async () => {
    start();
    await delay(150);
    expect(driver.members).toHaveLength(0);
    await want(0, 2);
    await until(async () => (await numWorkers()) === 2);
    expect(driver.members).toHaveLength(2);
    const pids = driver.members.map(({ pid }) => pid);
    await want(2, 9);
    await delay(400);
    expect(driver.members.map(({ pid }) => pid)).toEqual(pids);
    await want(0);
    await until(() => driver.members.length === 0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await numWorkers()).toBe(0);
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('lets a worker that holds a rank be', async () => {
    start({ FAKE_WORKER_BUSY_MS: '1200' }, 50);
    await want(0, 1);
    await until(async () => (await readWorkers(redis)).some((worker) => worker.busy.length === 1));
    await want(0);
    await delay(400);
    expect((await readWorkers(redis)).map((worker) => worker.draining)).toEqual([false]);
    await until(() => driver.members.length === 0);
  });

  it('replaces a worker that was killed, and clears its record away', async () => {
    start();
    await want(1);
    await until(async () => (await numWorkers()) === 1);
    const [dead] = driver.members.map(({ pid }) => pid);
    process.kill(dead!, 'SIGKILL');
    await until(async () => (await readWorkers(redis)).some((worker) => worker.pid !== dead));
    expect(await numWorkers()).toBe(1);
  });

  it('waits longer and longer when workers die at once, and says with which words', async () => {
    start({ FAKE_WORKER_FAILS: 'the engine is not to be found' });
    await want(2);
    await until(() => logged.filter(({ level }) => level === 'error').length >= 3);
    const [first] = logged.filter(({ level }) => level === 'error');
    expect(first?.message).toMatch(/exited with code 3 soon after its start; the next one is started in 1 s/);
    expect(first?.fields?.['lastLines']).toEqual(['the engine is not to be found']);
    expect(logged.filter(({ message }) => message === 'worker starts').length).toBeLessThanOrEqual(4);
  });

  it('keeps its workers while Redis says nothing', async () => {
    start();
    await want(2);
    await until(async () => (await numWorkers()) === 2);
    const pids = driver.members.map(({ pid }) => pid);
    await redis.flushdb();
    await delay(600);
    expect(driver.members.map(({ pid }) => pid)).toEqual(pids);
  });

  it('leaves no worker behind', async () => {
    start();
    await want(3);
    await until(async () => (await numWorkers()) === 3);
    const pids = driver.members.map(({ pid }) => pid);
    await autoscaler.stop();
    await driver.stop(5_000);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await numWorkers()).toBe(0);
  });
});
