import { getRun, getWorker, listWorkers, requestDrain, type WorkerDetails } from '#persistence';
import { readWorkers } from '#queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { obey } from '../testing/fake-worker.js';
import { ResultsScene, until } from '../testing/results-scene.js';

let scene: ResultsScene;
beforeAll(async () => {
  scene = await ResultsScene.open();
});
beforeEach(async () => {
  await scene.reset();
  await scene.source.query('truncate workers, fleet_status');
});
afterEach(() => scene.leave());
afterAll(() => scene?.close());

const workers = async (): Promise<WorkerDetails[]> => (await listWorkers(scene.source.manager, { limit: 100 })).workers;
const untilWorker = (what: string, isWanted: (worker: WorkerDetails) => boolean): Promise<WorkerDetails> =>
  until(what, async () => (await workers()).find(isWanted));
const drain = (id: string): Promise<void> => scene.source.transaction((manager) => requestDrain(manager, id));

describe('the table of workers', () => {
  it('shows who is there and what it does, also when two processes of results look', async () => {
    await Promise.all([scene.startResults(), scene.startResults()]);
    await scene.startWorker(2, obey);
    const runId = await scene.submit();
    const { busy } = await untilWorker('a busy worker', (worker) => worker.busy.length === 1);
    expect(busy[0]).toMatchObject({ runId, generation: 1, rank: 0, phase: 'training' });
    expect(await workers()).toHaveLength(1);
  });

  it('calls a worker that died with a rank lost, and keeps the failures of those that crash', async () => {
    await scene.startResults();
    const worker = await scene.startWorker(1, obey);
    const runId = await scene.submit({ faults: { maxRestarts: 0 } });
    await scene.untilStatus(runId, 'running');
    const [{ id }] = (await workers()) as [WorkerDetails];
    await worker.kill();
    await scene.untilStatus(runId, 'failed');
    expect(await untilWorker('a lost worker', ({ state }) => state === 'lost')).toMatchObject({ id, busy: [] });

    await scene.startWorker(1, (rank) => rank.finish('failed', 'out_of_memory'));
    await scene.untilStatus(await scene.submit({ faults: { maxRestarts: 0 } }), 'failed');
    await untilWorker('a failure', ({ failedRanksLastHour }) => failedRanksLastHour === 1);
  });

  it('is right again after Redis lost everything', async () => {
    await scene.startResults();
    await scene.startWorker(1, obey);
    await untilWorker('the worker', ({ state }) => state === 'live');
    await scene.redis.flushdb();
    await until('its next beat', async () => (await readWorkers(scene.redis)).length === 1);
    await untilWorker('the worker', ({ state }) => state === 'live');
  });
});

describe('the wish to drain', () => {
  it('reaches the worker, also when Redis forgets it; one that has left owes nothing', async () => {
    await scene.startResults();
    const worker = await scene.startWorker(1, obey);
    const { id } = await untilWorker('the worker', ({ state }) => state === 'live');
    await drain(id);
    const isAsked = async (): Promise<boolean> => (await readWorkers(scene.redis)).some(({ draining }) => draining);
    await until('the wish', isAsked);
    await scene.redis.flushdb();
    await until('the wish again', isAsked);
    const runId = await scene.submit();
    await untilWorker('draining', ({ state }) => state === 'draining');
    await until(
      'the reason',
      async () =>
        (await getRun(scene.source.manager, runId)).message === 'Waiting for 1 slot: 0 of 0 free; more workers are needed.',
    );
    await worker.stop();
    await untilWorker('left', ({ state }) => state === 'left');
    await expect(drain(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await getWorker(scene.source.manager, id)).toMatchObject({ state: 'left' });
  });
});

describe('a run that waits', () => {
  it('knows how many slots there are and who is before it', async () => {
    await scene.startResults();
    await scene.startWorker(2, obey);
    const busy = await scene.submit();
    await scene.untilStatus(busy, 'running');
    const [gang, next] = [await scene.submit({ ranks: { min: 2, max: 2 } }), await scene.submit({ ranks: { min: 2, max: 2 } })];
    const message = async (id: string): Promise<string> => (await getRun(scene.source.manager, id)).message;
    await until('the first', async () => (await message(gang)) === 'Waiting for 2 slots: 1 of 2 free.');
    await until('the second', async () => (await message(next)) === 'Waiting for 2 slots: 1 of 2 free, 1 run ahead.');
    for (const id of [busy, gang, next]) await scene.cancel(id);
    for (const id of [busy, gang, next]) await scene.untilStatus(id, 'canceled');
  });
});
