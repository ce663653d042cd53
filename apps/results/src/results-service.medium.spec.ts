import { createJobQueue, readDemand } from '#queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { obey, succeed, type RankScript } from './testing/fake-worker.js';
import { ResultsScene, until } from './testing/results-scene.js';

let scene: ResultsScene;

beforeAll(async () => {
  scene = await ResultsScene.open();
});
beforeEach(() => scene.reset());
afterEach(() => scene.leave());
afterAll(() => scene?.close());

describe('admission', () => {
  it('lets two runs of 2 ranks on 3 slots both succeed, one after the other', async () => {
    const [first, second] = [await scene.submit({ ranks: { max: 2 } }), await scene.submit({ ranks: { max: 2 } })];
    // As in a rendezvous: nobody trains before all ranks of the run are there, so half a gang would wait for ever.
    const present: string[] = [];
    const meet: RankScript = async (rank) => {
      const { runId, worldSize } = rank.job;
      present.push(runId);
      await until('the peers', async () => present.filter((each) => each === runId).length === worldSize);
      await succeed()(rank);
    };
    await scene.startWorker(2, meet);
    await scene.startWorker(1, meet);
    await scene.startResults();
    for (const runId of [first, second]) {
      expect(await scene.untilStatus(runId, 'succeeded')).toMatchObject({ generation: 1, restarts: 0, worldSize: 2, step: 3 });
      expect(await scene.steps(runId)).toEqual([1, 2, 3]);
    }
    expect(await scene.numReservations()).toBe(0);
  });

  it('decides once when two processes do it, and the second goes on when the first is gone', async () => {
    const [one] = await Promise.all([scene.startResults(), scene.startResults()]);
    await scene.startWorker(4, obey);
    const runs = await Promise.all(Array.from({ length: 4 }, () => scene.submit()));
    for (const runId of runs) expect(await scene.untilStatus(runId, 'running')).toMatchObject({ generation: 1 });
    await scene.stopResults(one!);
    for (const runId of runs) await scene.cancel(runId);
    for (const runId of runs) {
      const { transitions } = await scene.untilStatus(runId, 'canceled');
      expect(transitions.map(({ status }) => status)).toEqual(['queued', 'starting', 'running', 'canceling', 'canceled']);
    }
  });

  it('is taken over when the holder of the lease loses its connection to the database', async () => {
    await Promise.all([scene.startResults(), scene.startResults()]);
    await scene.startWorker(1, succeed());
    await scene.untilStatus(await scene.submit(), 'succeeded');
    await scene.source.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database =
      (select oid from pg_database where datname = current_database())`);
    expect(await scene.untilStatus(await scene.submit(), 'succeeded')).toMatchObject({ generation: 1 });
  });

  it('says what it wants of the fleet', async () => {
    await scene.startResults();
    const runId = await scene.submit({ ranks: { min: 1, max: 3 } });
    const demand = await until('demand', async () => {
      const found = await readDemand(scene.redis);
      return found?.waitingGangs.length ? found : null;
    });
    expect(demand).toMatchObject({ reservedRanks: 0, waitingGangs: [{ runId, ranks: 3, minRanks: 1 }] });
  });

  it('gives a slot that nobody claims back, and says so', async () => {
    await scene.startResults({ claimMs: 300 });
    // It has a slot and never takes a job.
    await scene.startWorker(1, succeed(), { takesJobs: false });
    const runId = await scene.submit({ faults: { maxRestarts: 0 } });
    expect(await scene.untilStatus(runId, 'failed')).toMatchObject({
      reason: 'restarts_exhausted',
      error: { details: { cause: { code: 'worker_lost', message: expect.stringContaining('No worker took rank 0') } } },
    });
    expect(await scene.numReservations()).toBe(0);
    const queue = createJobQueue('rank', { connection: scene.redis, prefix: scene.prefix });
    expect(await queue.state(`${runId}-g1-r0`)).toBe('unknown');
    await queue.close();
  });

  it('adds the jobs again when Redis loses them before anybody took one', async () => {
    await scene.startResults();
    const idle = await scene.startWorker(2, succeed(), { takesJobs: false });
    const runId = await scene.submit({ ranks: { max: 2 } });
    await scene.untilStatus(runId, 'starting');
    await scene.redis.flushdb();
    await idle.stop();
    await scene.startWorker(2, succeed());
    expect(await scene.untilStatus(runId, 'succeeded')).toMatchObject({ generation: 1, restarts: 0 });
  });
});
