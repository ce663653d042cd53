import { randomUUID } from 'node:crypto';
import { controlKeys, silentObserver, type Observer } from '#contracts';
import { createDataSource, findRunEvents } from '#persistence';
import { createRedis, ProgressReader } from '#queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lossAt, succeed, trainingStarted } from '../testing/fake-worker.js';
import { ResultsScene, until } from '../testing/results-scene.js';
import { IngestLoop } from './ingest-loop.js';

let scene: ResultsScene;

beforeAll(async () => {
  scene = await ResultsScene.open();
});
beforeEach(() => scene.reset());
afterEach(() => scene.leave());
afterAll(() => scene?.close());

describe('records', () => {
  const ingest = (observer: Observer = silentObserver, dataSource = scene.source) => {
    const blocking = createRedis(scene.server.url, 'blocking');
    const loop = new IngestLoop({
      dataSource,
      redis: scene.redis,
      reader: new ProgressReader({ blocking, redis: scene.redis, consumer: randomUUID() }),
      onFinished: () => undefined,
      observer,
      timing: { staleMs: 200, takeOverEveryMs: 50 },
    });
    return { loop, stop: async () => (await loop.stop(), blocking.disconnect()) };
  };

  it('that were committed, but whose sender was never told, come again and change nothing', async () => {
    const service = await scene.startResults();
    const worker = await scene.startWorker(1, async (rank) => {
      await rank.emit(trainingStarted(0));
      await rank.emit(lossAt(1));
      await rank.command();
    });
    const runId = await scene.submit();
    await until('step 1', async () => (await scene.run(runId)).step === 1);
    await scene.stopResults(service);
    const before = (await findRunEvents(scene.source.manager, runId, 0)).length;
    // As if `results` had died between the commit and the watermark.
    await scene.redis.del(controlKeys.watermark(runId, 1));
    const [rank] = worker.ranks;
    await scene.startResults();
    await rank!.drain();
    expect(await scene.steps(runId)).toEqual([1]);
    expect(await findRunEvents(scene.source.manager, runId, 0)).toHaveLength(before);
    // The sender is told first and the entries are acknowledged after it.
    await until('an empty stream', async () => (await scene.redis.xlen(controlKeys.progress)) === 0);
  });

  it('that a reader could not commit are not lost when it leaves', async () => {
    const service = await scene.startResults();
    const worker = await scene.startWorker(1, async (rank) => {
      await rank.emit(trainingStarted(0));
      await rank.command();
    });
    const runId = await scene.submit();
    await scene.untilStatus(runId, 'running');
    await scene.stopResults(service);

    let failures = 0;
    const broken = await createDataSource(scene.database.url).initialize();
    await broken.destroy();
    const first = ingest({ log: () => (failures += 1) }, broken);
    first.loop.start();
    await worker.ranks[0]!.emit(lossAt(1));
    await until('a failure', async () => failures > 0);
    await first.stop();

    const second = ingest();
    second.loop.start();
    await until('the record', async () => (await scene.run(runId)).step === 1);
    await second.stop();
    expect(await scene.steps(runId)).toEqual([1]);
  });

  it('of a run that cannot be stored hold up nobody else, and nonsense is dropped', async () => {
    await scene.startResults();
    await scene.redis.xadd(controlKeys.progress, '*', 'record', '{"no":"record"}');
    const body = { type: 'rank.claimed', workerId: 'w', slot: 0 };
    const odd = { runId: 'a\0', generation: 1, rank: 0, seq: 0, workerId: 'w', at: new Date().toISOString(), body };
    await scene.redis.xadd(controlKeys.progress, '*', 'record', JSON.stringify(odd));
    await scene.startWorker(1, succeed());
    await scene.untilStatus(await scene.submit(), 'succeeded');
    await until('an empty stream', async () => (await scene.redis.xlen(controlKeys.progress)) === 0);
  });
});
