import { join } from 'node:path';
import { aTinyRun, TestFleet, writeTinyDataset } from '#test-support';
import type { RunView } from '#contracts';
import type { Part } from '#services';
import { afterEach, beforeEach, expect, it } from 'vitest';

const MAX_STEPS = 60;

let fleet: TestFleet;
let data: string;
let workers: Part[];

beforeEach(async () => {
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 32, numPairs: 20 });
  workers = [fleet.startWorker({ slots: 1 }), fleet.startWorker({ slots: 1 })];
});

afterEach(async () => {
  await fleet?.stop();
});

/** A run that has an accepted checkpoint and is past it. */
async function aRunUnderWay(): Promise<RunView> {
  const run = await fleet.createRun(aTinyRun(data, { maxSteps: MAX_STEPS, checkpoint: { everySteps: 10 } }));
  return fleet.untilRun(run.id, 'past its first checkpoint', ({ checkpoint, step }) => checkpoint !== null && step > 11);
}

/** Every step is there once, whatever was replayed. */
async function expectWholeHistory(runId: string): Promise<void> {
  const { metrics, verifications } = await fleet.metrics(runId);
  const steps = metrics.find(({ name }) => name === 'loss')?.points.map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: MAX_STEPS }, (_, index) => index + 1));
  expect(verifications.map(({ step }) => step)).toEqual([MAX_STEPS]);
}

/** The ranks of a generation that survived ended with a named error, soon after the others were lost. */
async function expectNamedEnd(runId: string, rank: number, killedAt: number): Promise<void> {
  const row = (await fleet.ranks(runId, 1))[rank];
  expect(['peer_lost', 'peer_aborted', 'collective_lost', 'worker_lost']).toContain(row?.error?.code);
  expect((row?.finishedAt?.getTime() ?? Infinity) - killedAt).toBeLessThan(10_000);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('goes on from the last accepted checkpoint when a trainer is killed', async () => {
  const { id } = await aRunUnderWay();
  const killedAt = Date.now();
  process.kill(await fleet.trainerPid(id, 1), 'SIGKILL');
  const restarted = await fleet.untilRun(id, 'in its second generation', ({ generation }) => generation === 2);
  expect(restarted.restarts).toBe(1);
  await expectNamedEnd(id, 0, killedAt);
  const ended = await fleet.untilEnded(id, 'succeeded');
  expect(ended.transitions.map(({ status }) => status)).toEqual([
    'queued',
    'starting',
    'running',
    'queued',
    'starting',
    'running',
    'succeeded',
  ]);
  expect(ended.transitions[3]?.reason).toBe('trainer_crashed');
  await expectWholeHistory(id);
});

it('goes on when a whole worker is killed and another joins, and no trainer outlives its worker', async () => {
  const { id } = await aRunUnderWay();
  const trainers = await Promise.all([fleet.trainerPid(id, 0), fleet.trainerPid(id, 1)]);
  const [victim] = workers;
  const killedAt = Date.now();
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  fleet.startWorker({ slots: 1 });
  const survivor = (await fleet.ranks(id, 1)).length; // both rows are there before the end
  expect(survivor).toBe(2);
  await fleet.untilRun(id, 'in its second generation', ({ generation }) => generation === 2);
  const rows = await fleet.ranks(id, 1);
  const named = rows.filter(({ error }) => error !== null);
  expect(named).toHaveLength(1);
  await expectNamedEnd(id, named[0]?.rank ?? 0, killedAt);
  expect(trainers.filter(isAlive)).toEqual([]);
  await fleet.untilEnded(id, 'succeeded');
  await expectWholeHistory(id);
  expect(await fleet.query('select * from reservations')).toEqual([]);
});

it('loses and doubles nothing when results is killed, and starts no new generation for it', async () => {
  const { id } = await aRunUnderWay();
  process.kill(fleet.results.pid ?? 0, 'SIGKILL');
  const ended = await fleet.untilEnded(id, 'succeeded');
  expect(ended.generation).toBe(1);
  await expectWholeHistory(id);
});

it('hands a run over when a worker is told to leave: checkpoint first, nothing replayed', async () => {
  const { id } = await aRunUnderWay();
  fleet.startWorker({ slots: 1 });
  process.kill(workers[0]?.pid ?? 0, 'SIGTERM');
  const ended = await fleet.untilEnded(id, 'succeeded');
  expect(ended).toMatchObject({ generation: 2, restarts: 0 });
  expect(ended.transitions[3]).toMatchObject({ status: 'queued', reason: 'stopped' });
  const [first] = await fleet.query<{ step: number }>('select start_step as step from generations where generation = 2');
  const rows = await fleet.ranks(id, 1);
  expect(rows.map(({ outcome }) => outcome)).toEqual(['stopped', 'stopped']);
  expect(rows.map(({ lastStep }) => lastStep)).toEqual([first?.step, first?.step]);
  await expectWholeHistory(id);
});
