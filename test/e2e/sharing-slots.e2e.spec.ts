import { join } from 'node:path';
import { aTinyRun, TestFleet, writeTinyDataset } from '#test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fleet: TestFleet;
let data: string;

beforeAll(async () => {
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 5, imagesPerClass: 4, size: 24, numPairs: 20 });
  fleet.startWorker({ slots: 3 });
});

afterAll(async () => {
  await fleet?.stop();
});

it('two runs of two ranks on three slots both succeed, one after the other', async () => {
  const runs = [await fleet.createRun(aTinyRun(data)), await fleet.createRun(aTinyRun(data, { seed: 2 }))];
  const ended = await Promise.all(runs.map(({ id }) => fleet.untilEnded(id, 'succeeded')));
  expect(ended.map(({ generation }) => generation)).toEqual([1, 1]);
  // A rank gives its slot back when it has finished, so the second run may start while the first one's last rank is still leaving.
  const released = (await fleet.ranks(runs[0]!.id, 1)).map(({ finishedAt }) => finishedAt?.getTime() ?? Infinity);
  expect(Date.parse(ended[1]?.admittedAt ?? '')).toBeGreaterThanOrEqual(Math.min(...released));
});

it('a cancel shows at once and stops all ranks at the same step', async () => {
  const { id } = await fleet.createRun(aTinyRun(data, { maxSteps: 100_000 }));
  await fleet.untilRun(id, 'training', ({ step }) => step > 3);
  expect((await fleet.cancel(id)).status).toBe('canceling');
  const ended = await fleet.untilEnded(id, 'canceled');
  expect(ended.reason).toBe('canceled_by_user');
  const ranks = await fleet.ranks(id, 1);
  expect(ranks.map(({ outcome }) => outcome)).toEqual(['canceled', 'canceled']);
  expect(ranks[0]?.lastStep).toBe(ranks[1]?.lastStep);
  expect(await fleet.query('select * from reservations')).toEqual([]);
});

it('a run that waits for slots is canceled at once', async () => {
  const { id } = await fleet.createRun(aTinyRun(data, { batch: { globalBatchSize: 8, bnGroupSize: 2 }, ranks: { max: 4 } }));
  expect((await fleet.cancel(id)).status).toBe('canceling');
  expect(await fleet.untilEnded(id, 'canceled')).toMatchObject({ generation: 0 });
});
