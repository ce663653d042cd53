import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { aTinyRun, TestFleet, writeTinyDataset } from '#test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fleet: TestFleet;
let data: string;

beforeAll(async () => {
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 4, imagesPerClass: 6, size: 24, numPairs: 20 });
});

afterAll(async () => {
  await fleet?.stop();
});

it('a trainer dies with its supervisor, in the middle of a kernel as in the middle of a collective', async () => {
  // Rank 0 hangs in a kernel at step 3, so rank 1 waits for it inside a collective.
  const worker = fleet.startWorker({ slots: 2, faults: 'hang-kernel@step=3,rank=0' });
  const run = await fleet.createRun(aTinyRun(data, { faults: { maxRestarts: 0 } }));
  await fleet.until('rank 0 hangs', async () => (await fleet.busySlots()).some(({ phase }) => phase === 'fault hang-kernel'));
  const trainers = await Promise.all([fleet.trainerPid(run.id, 0), fleet.trainerPid(run.id, 1)]);
  process.kill(worker.pid ?? 0, 'SIGKILL');
  await fleet.until('both trainers are gone', async () => {
    await delay(20);
    return trainers.every((pid) => !isAlive(pid));
  });
  const failed = await fleet.untilEnded(run.id, 'failed');
  expect(failed.reason).toBe('restarts_exhausted');
  expect(failed.error?.details).toMatchObject({ cause: { code: 'worker_lost' } });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
