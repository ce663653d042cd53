import { setTimeout as delay } from 'node:timers/promises';
import { getMetricSeries } from '#persistence';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkpointAt, fail, lossAt, obey, succeed, trainingStarted } from '../testing/fake-worker.js';
import { ResultsScene, until } from '../testing/results-scene.js';

let scene: ResultsScene;

beforeAll(async () => {
  scene = await ResultsScene.open();
});
beforeEach(() => scene.reset());
afterEach(() => scene.leave());
afterAll(() => scene?.close());

describe('generations', () => {
  it('are started again elsewhere when a worker dies, from the last checkpoint', async () => {
    await scene.startResults();
    const dying = await scene.startWorker(1, async (rank) => {
      await rank.emit(trainingStarted(0));
      for (const step of [1, 2]) await rank.emit(lossAt(step));
      await rank.emit(checkpointAt(rank.job, 2));
      await rank.emit(lossAt(3));
      await rank.command();
    });
    const runId = await scene.submit({ maxSteps: 5 });
    await until('step 3', async () => (await scene.run(runId)).step === 3);
    await dying.kill();
    await scene.startWorker(1, succeed(5));
    const run = await scene.untilStatus(runId, 'succeeded');
    expect(run).toMatchObject({ generation: 2, restarts: 1, step: 5 });
    expect(run.transitions.map(({ reason }) => reason)).toContain('worker_lost');
    expect(await scene.steps(runId)).toEqual([1, 2, 3, 4, 5]);
    const { metrics } = await getMetricSeries(scene.source.manager, runId, { maxPoints: 100 });
    expect(metrics[0]!.points.map(({ generation }) => generation)).toEqual([1, 1, 2, 2, 2]);
    expect(await scene.numReservations()).toBe(0);
  });

  it('restart with a backoff until there is no more hope', async () => {
    await scene.startResults();
    const starts: number[] = [];
    await scene.startWorker(1, async (rank) => {
      starts.push(performance.now());
      await fail('trainer_crashed')(rank);
    });
    const runId = await scene.submit({ faults: { maxRestarts: 2 } });
    expect(await scene.untilStatus(runId, 'failed')).toMatchObject({
      generation: 3,
      restarts: 2,
      reason: 'restarts_exhausted',
      error: { code: 'restarts_exhausted', details: { cause: { code: 'trainer_crashed' } } },
    });
    expect(starts[1]! - starts[0]!).toBeGreaterThanOrEqual(490);
    expect(starts[2]! - starts[1]!).toBeGreaterThanOrEqual(990);
  });

  it('do not restart on an error that would only come again', async () => {
    await scene.startResults();
    await scene.startWorker(2, (rank) => (rank.job.rank === 1 ? fail('non_finite')(rank) : obey(rank)));
    const runId = await scene.submit({ ranks: { max: 2 } });
    // Rank 0 is alive and is told to end.
    await scene.source.query(`update generations set ending_at = ending_at - interval '20 s' where run_id = $1`, [runId]);
    await until('ending', async () => {
      await scene.source.query(
        `update generations set ending_at = now() - interval '20 s' where run_id = $1 and state = 'ending'`,
        [runId],
      );
      return (await scene.run(runId)).status === 'failed';
    });
    expect(await scene.run(runId)).toMatchObject({ generation: 1, error: { code: 'non_finite' } });
  });

  it('go on without a restart when they stopped in order', async () => {
    await scene.startResults();
    let stops = 0;
    await scene.startWorker(1, async (rank) => {
      if (stops++ > 0) return succeed(4)(rank);
      await rank.emit(trainingStarted(0));
      for (const step of [1, 2]) await rank.emit(lossAt(step));
      await rank.emit(checkpointAt(rank.job, 2));
      await rank.finish('stopped');
    });
    const runId = await scene.submit({ maxSteps: 4, faults: { maxRestarts: 0 } });
    expect(await scene.untilStatus(runId, 'succeeded')).toMatchObject({ generation: 2, restarts: 0 });
    expect(await scene.steps(runId)).toEqual([1, 2, 3, 4]);
  });
});

describe('cancel', () => {
  it('ends a run that waits for slots', async () => {
    const runId = await scene.submit();
    await scene.startResults();
    await scene.cancel(runId);
    expect(await scene.untilStatus(runId, 'canceled')).toMatchObject({ generation: 0 });
  });

  it('ends a run that has slots which nobody took, and takes its jobs back', async () => {
    await scene.startResults();
    await scene.startWorker(1, succeed(), { takesJobs: false });
    const runId = await scene.submit();
    await scene.untilStatus(runId, 'starting');
    await scene.cancel(runId);
    expect(await scene.untilStatus(runId, 'canceled')).toMatchObject({ generation: 1 });
    expect(await scene.numReservations()).toBe(0);
  });

  it('asks the ranks of a run that trains', async () => {
    await scene.startResults();
    await scene.startWorker(2, obey);
    const runId = await scene.submit({ ranks: { max: 2 } });
    await scene.untilStatus(runId, 'running');
    await scene.cancel(runId);
    expect(await scene.untilStatus(runId, 'canceled')).toMatchObject({ reason: 'canceled_by_user' });
  });

  it('ends ranks that do not listen after the grace', async () => {
    await scene.startResults();
    const heard: string[] = [];
    await scene.startWorker(1, async (rank) => {
      await rank.emit(trainingStarted(0));
      let order = await rank.command();
      while (order !== null && order.command !== 'abort') {
        heard.push(order.command);
        await delay(20);
        order = await rank.command();
      }
      await rank.finish('stopped', 'peer_aborted');
    });
    const runId = await scene.submit({ faults: { graceMs: 200 } });
    await scene.untilStatus(runId, 'running');
    await scene.cancel(runId);
    await scene.untilStatus(runId, 'canceled');
    expect(new Set(heard)).toEqual(new Set(['cancel']));
  });
});
