import { join } from 'node:path';
import { aTinyRun, TestFleet, writeTinyDataset } from '#test-support';
import type { LogLine, LogPage, WorkerList, WorkerView } from '#contracts';
import type { Part } from '#services';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fleet: TestFleet;
let data: string;
let workers: Part[];

beforeAll(async () => {
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 32, numPairs: 20 });
  workers = [fleet.startWorker({ slots: 1 }), fleet.startWorker({ slots: 1 })];
});

afterAll(async () => {
  await fleet?.stop();
});

const logs = async (id: string, query = ''): Promise<LogLine[]> =>
  (await fleet.get<LogPage>(`/runs/${id}/logs?limit=1000${query}`)).lines;
const listWorkers = async (): Promise<WorkerView[]> => (await fleet.get<WorkerList>('/workers')).workers;
const messagesOf = (lines: LogLine[], generation: number, rank: number): string[] =>
  lines.filter((line) => line.generation === generation && line.rank === rank).map(({ message }) => message);

async function metric(series: string): Promise<number> {
  const text = await (await fetch(`${fleet.apiUrl}/metrics`, { headers: fleet.headers })).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  if (line === undefined) throw new Error(`no ${series} in\n${text}`);
  return Number(line.slice(series.length));
}

it('a run that lost a worker has the logs of both ranks and both generations; the fleet and its numbers show all of it', async () => {
  const { id } = await fleet.createRun(aTinyRun(data, { maxSteps: 60, checkpoint: { everySteps: 10 } }));
  // Follows from the start to the end, as somebody at a terminal.
  const headers = { ...fleet.headers, accept: 'text/plain' };
  const followed = fetch(`${fleet.apiUrl}/runs/${id}/logs?follow=true`, { headers }).then((response) => response.text());
  await fleet.untilRun(id, 'past its first checkpoint', ({ checkpoint, step }) => checkpoint !== null && step > 11);
  await fleet.until('both slots are seen', async () => (await listWorkers()).flatMap(({ busy }) => busy).length === 2);
  const victim = (await listWorkers()).find(({ id: workerId }) => workerId.includes(`-${workers[0]?.pid}-`))!;
  expect(victim.busy[0]).toMatchObject({ runId: id, generation: 1 });
  process.kill(workers[0]?.pid ?? 0, 'SIGKILL');
  workers.push(fleet.startWorker({ slots: 1 }));
  const ended = await fleet.untilEnded(id, 'succeeded');
  expect(ended.generation).toBe(2);

  const text = await followed;
  const lines = await logs(id);
  for (const [generation, rank] of [
    [1, 0],
    [1, 1],
    [2, 0],
    [2, 1],
  ] as const) {
    const own = messagesOf(lines, generation, rank);
    expect(own[0]).toBe('trainer started');
    // The killed worker could not tell how its trainer ended.
    if (generation === 1 && rank === victim.busy[0]?.rank) expect(own).not.toContain('trainer ended');
    else expect(own.at(-1)).toBe('trainer ended');
  }
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
  expect(lines.findLastIndex(({ generation }) => generation === 1)).toBeLessThan(
    lines.findIndex(({ generation, message }) => generation === 2 && message === 'trainer ended'),
  );
  expect(
    text
      .trimEnd()
      .split('\n')
      .filter((line) => / g\d r\d /.test(line)),
  ).toHaveLength(lines.length);
  expect((await logs(id, '&rank=1&generation=2')).every(({ rank, generation }) => rank === 1 && generation === 2)).toBe(true);

  await fleet.until('the killed worker is known to be lost', async () => {
    return (await listWorkers()).find(({ id: workerId }) => workerId === victim.id)?.state === 'lost';
  });
  expect(await metric('arcfleet_runs{kind="training",status="succeeded"}')).toBe(1);
  expect(await metric('arcfleet_workers{state="lost"}')).toBe(1);
  expect(await metric('arcfleet_workers{state="live"}')).toBe(2);
  expect(await metric('arcfleet_http_requests_total{operation="runs.create",status="202"}')).toBe(1);
});

it('a worker that is asked to drain takes nothing new and leaves; who waits is told what for', async () => {
  const live = (await listWorkers()).filter(({ state }) => state === 'live');
  expect(live).toHaveLength(2);
  for (const { id } of live) expect((await fleet.post(`/workers/${id}/drain`, undefined)).status).toBe(202);
  // Rejects when the process has ended, whatever its code.
  await Promise.allSettled(workers.slice(1).map((worker) => worker.done));
  await fleet.until('both have left', async () => (await listWorkers()).filter(({ state }) => state === 'left').length === 2);
  const { id } = await fleet.createRun(aTinyRun(data, { ranks: { min: 2, max: 2 } }));
  await fleet.until('the reason', async () => {
    return (await fleet.run(id)).message === 'Waiting for 2 slots: 0 of 0 free; more workers are needed.';
  });
  await fleet.until('the queue', async () => (await metric('arcfleet_ranks_demanded')) === 2);
  fleet.startWorker({ slots: 2 });
  await fleet.untilEnded(id, 'succeeded');
  expect(await metric('arcfleet_runs{kind="training",status="succeeded"}')).toBe(2);
  await fleet.until('nobody waits', async () => (await metric('arcfleet_ranks_demanded')) === 0);
});
