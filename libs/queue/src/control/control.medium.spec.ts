import { controlKeys, type ProgressRecord, type WorkerRecord } from '#contracts';
import { freshRedis, type Fresh } from '#test-support';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  appendRecords,
  beat,
  createRedis,
  isEntryWaiting,
  leave,
  parseWatermarkHint,
  ProgressReader,
  readCommands,
  readDemand,
  readWatermark,
  readWorkers,
  requestRetire,
  writeCommand,
  writeDemand,
  writeWatermarks,
} from '../index.js';

const record = (seq: number): ProgressRecord => ({
  runId: 'r',
  generation: 1,
  rank: 0,
  seq,
  workerId: 'w',
  at: new Date().toISOString(),
  body: { type: 'rank.claimed', workerId: 'w', slot: 0 },
});

describe('control plane on a real Redis', () => {
  let server: Fresh;
  let redis: Redis;
  let blocking: Redis;
  const reader = (consumer: string) => new ProgressReader({ blocking, redis, consumer });

  beforeAll(async () => {
    server = await freshRedis();
    redis = createRedis(server.url, 'fail-fast');
    blocking = createRedis(server.url, 'blocking');
    await new Promise((resolve) => redis.once('ready', resolve));
  });
  beforeEach(async () => {
    await redis.flushdb();
  });
  afterAll(async () => {
    redis.disconnect();
    blocking.disconnect();
    await server.release();
  });

  it('hands records over in order, once, and forgets what is acknowledged', async () => {
    const one = reader('one');
    const ids = await appendRecords(redis, [record(0), record(1)]);
    // The group does not exist yet: made on the first read, from the beginning.
    expect(await one.read(10, 10)).toEqual([]);
    const entries = await one.read(10, 10);
    expect(entries.map((entry) => entry.record?.seq)).toEqual([0, 1]);
    expect(await reader('two').read(10, 10)).toEqual([]);
    expect(await isEntryWaiting(redis, ids[0]!)).toBe(true);
    await one.acknowledge(ids);
    expect(await isEntryWaiting(redis, ids[0]!)).toBe(false);
  });

  it("takes over a dead reader's entries", async () => {
    const dead = reader('dead');
    await dead.createGroup();
    await appendRecords(redis, [record(0)]);
    await dead.read(10, 10);
    const taken = await reader('alive').takeOver(0, 10);
    expect(taken.map((entry) => entry.record?.seq)).toEqual([0]);
  });

  it('reports what is no record instead of failing', async () => {
    const one = reader('one');
    await one.createGroup();
    await redis.xadd(controlKeys.progress, '*', 'record', '{"seq":');
    await redis.xadd(controlKeys.progress, '*', 'other', '1');
    expect((await one.read(10, 10)).map((entry) => entry.record)).toEqual([null, null]);
  });

  it('survives a flushed Redis', async () => {
    const one = reader('one');
    await one.createGroup();
    await redis.flushdb();
    await appendRecords(redis, [record(0)]);
    expect(await one.read(10, 10)).toEqual([]);
    expect(await one.read(10, 10)).toHaveLength(1);
    await redis.flushdb();
    expect(await one.takeOver(0, 10)).toEqual([]);
  });

  it('passes watermarks and commands', async () => {
    const address = { runId: 'r', generation: 3, rank: 1 };
    const subscriber = blocking.duplicate();
    const heard = new Promise<string>((resolve) => subscriber.on('message', (_channel, payload) => resolve(payload)));
    await subscriber.subscribe(controlKeys.watermarkChannel);
    expect(await readWatermark(redis, address)).toBeNull();
    await writeWatermarks(redis, [{ ...address, nextSeq: 4, workerId: 'w/odd' }]);
    expect(await readWatermark(redis, address)).toEqual({ nextSeq: 4, workerId: 'w/odd' });
    expect(parseWatermarkHint(await heard)).toEqual({ ...address, nextSeq: 4, workerId: 'w/odd' });
    expect(parseWatermarkHint('nonsense')).toBeNull();
    subscriber.disconnect();

    await writeCommand(redis, address, { command: 'cancel', reason: 'asked' });
    expect(await readCommands(redis, [address, { runId: 'r', generation: 4 }])).toEqual([
      { command: 'cancel', reason: 'asked' },
      null,
    ]);
  });

  it('knows workers while they beat, and counts a retiring one as draining', async () => {
    const at = new Date().toISOString();
    const worker: WorkerRecord = {
      workerId: 'w',
      host: 'h',
      pid: 1,
      version: '0',
      engine: 'auto',
      slots: 2,
      busy: [],
      draining: false,
      startedAt: at,
      at,
    };
    expect(await beat(redis, worker)).toEqual({ retire: false });
    expect(await readWorkers(redis)).toEqual([worker]);
    await requestRetire(redis, 'w');
    expect(await readWorkers(redis)).toEqual([{ ...worker, draining: true }]);
    expect(await beat(redis, worker)).toEqual({ retire: true });
    await leave(redis, 'w');
    expect(await readWorkers(redis)).toEqual([]);
  });

  it('passes what is wanted of the fleet, and takes nonsense for nothing', async () => {
    expect(await readDemand(redis)).toBeNull();
    const demand = { reservedRanks: 1, waitingGangs: [{ runId: 'r', ranks: 2, minRanks: 1 }], at: new Date().toISOString() };
    await writeDemand(redis, demand);
    expect(await readDemand(redis)).toEqual(demand);
    expect(await redis.pttl(controlKeys.demand)).toBeGreaterThan(0);
    await redis.set(controlKeys.demand, '{"reservedRanks":-1}');
    expect(await readDemand(redis)).toBeNull();
  });
});
