import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSession, startRedis, type Session } from '#services';
import { aTinyRun, TestFleet, writeTinyDataset } from '#test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';

let session: Session;
let fleet: TestFleet;
let data: string;

beforeAll(async () => {
  session = await openSession();
  const redis = await startRedis(session, { path: process.env['PATH'] });
  fleet = await TestFleet.start(redis.url);
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 32, numPairs: 20 });
});

afterAll(async () => {
  await fleet?.stop();
  await session?.close();
});

it('survives a Redis that dies and comes back empty', async () => {
  fleet.startWorker({ slots: 1 });
  fleet.startWorker({ slots: 1 });
  const { id } = await fleet.createRun(aTinyRun(data, { maxSteps: 60 }));
  await fleet.untilRun(id, 'past its first checkpoint', ({ checkpoint, step }) => checkpoint !== null && step > 11);
  const killedAt = Date.now();
  // The session starts it again, empty, on the same port.
  for (const file of readdirSync(session.path('parts'))) {
    process.kill((JSON.parse(readFileSync(session.path('parts', file), 'utf8')) as { pid: number }).pid, 'SIGKILL');
  }
  const ended = await fleet.untilEnded(id, 'succeeded', 120_000);
  expect(ended.generation).toBeGreaterThanOrEqual(2);
  for (const { error, finishedAt } of await fleet.ranks(id, 1)) {
    expect(['peer_lost', 'peer_aborted', 'collective_lost', 'worker_lost']).toContain(error?.code);
    expect((finishedAt?.getTime() ?? Infinity) - killedAt).toBeLessThan(10_000);
  }
  const { metrics, verifications } = await fleet.metrics(id);
  const steps = metrics.find(({ name }) => name === 'loss')?.points.map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  expect(verifications.map(({ step }) => step)).toEqual([60]);
});
