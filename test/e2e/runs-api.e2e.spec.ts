import { join } from 'node:path';
import { createdRunSchema, dryRunSchema, type CreatedRun } from '#contracts';
import { TestFleet, writeTinyDataset } from '#test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventStream } from '../../apps/api/src/testing/event-stream.js';

let fleet: TestFleet;
let data: string;
beforeAll(async () => {
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 24, numPairs: 20 });
});
afterAll(() => fleet?.stop());

const create = async (path: string, body: unknown): Promise<CreatedRun> => {
  const response = await fleet.post(path, body);
  expect(response.status).toBe(202);
  return createdRunSchema.parse(await response.json());
};

it('tries a recipe, watches it over a restart of the API, cancels it, goes on from its checkpoint, and clones it', async () => {
  const body = {
    recipe: 'demo',
    overrides: {
      dataset: { path: data },
      network: { name: 'tiny', embeddingSize: 16 },
      batch: { globalBatchSize: 8, bnGroupSize: 4, accumulationSteps: 1 },
      epochs: null,
      maxSteps: 1_000_000,
      earlyStop: null,
      schedule: { name: 'steps' },
      verification: { everySteps: 0, targets: ['pairs'], baselines: false },
      checkpoint: { everySteps: 5 },
      ranks: { min: null, max: 2 },
      labels: { story: 'runs' },
    },
  };
  const dry = await fleet.post('/runs?validate=true&identities=7&images=42', body);
  expect(dry.status).toBe(200);
  const { config, estimate } = dryRunSchema.parse(await dry.json());
  expect(estimate.ranks[0]?.memory.classCenters).toBe(4 * 16 * 4);
  expect(await fleet.query('select from runs')).toHaveLength(0);

  const run = await create('/runs', body);
  expect(run.config).toEqual(config);
  const events = `${fleet.apiUrl}/runs/${run.id}/events`;
  const first = await EventStream.open(events, fleet.headers);
  const [queued] = await first.take(1);
  expect(queued).toMatchObject({ id: 1, event: 'transition', data: { data: { status: 'queued' } } });

  const { pid } = fleet.api;
  if (!pid) throw new Error('the API has no process');
  process.kill(pid, 'SIGKILL');
  await fleet.until('the API is back', async () => (await fetch(`${fleet.apiUrl}/health`)).ok);
  fleet.startWorker({ slots: 2 });
  const second = await EventStream.open(events, { ...fleet.headers, 'last-event-id': '1' });
  const seen = [1];
  for (let event = await second.next(); event !== null; event = await second.next()) {
    seen.push(event.id);
    if (event.event === 'checkpoint') break;
  }
  // Nothing comes twice, and nothing that stays is left out: only progress makes room for newer progress.
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  await Promise.all([fleet.cancel(run.id), fleet.cancel(run.id)]);
  const rest: string[] = [];
  for (let event = await second.next(); event !== null; event = await second.next()) {
    if (event.event === 'transition') rest.push(String(event.data.data['status']));
  }
  expect(rest).toEqual(['canceling', 'canceled']);

  const canceled = await fleet.run(run.id);
  const step = canceled.checkpoint?.step ?? 0;
  expect(step).toBeGreaterThan(0);
  const resumed = await create(`/runs/${run.id}/resume`, { overrides: { maxSteps: step + 6 } });
  expect(resumed).toMatchObject({ resumedFrom: { runId: run.id, step }, labels: { story: 'runs', recipe: 'demo' } });
  const ended = await fleet.untilEnded(resumed.id, 'succeeded');
  expect(ended).toMatchObject({ step: step + 6, generation: 1 });
  const { metrics } = await fleet.metrics(resumed.id);
  expect(metrics.find(({ name }) => name === 'loss')?.points[0]?.step).toBe(step + 1);
  expect(await fleet.run(run.id)).toEqual(canceled);

  const clone = await create(`/runs/${run.id}/clone`, { overrides: { maxSteps: 5 } });
  expect(await fleet.untilEnded(clone.id, 'succeeded')).toMatchObject({ clonedFrom: run.id, step: 5 });
  const { runs } = await fleet.get<{ runs: { id: string }[] }>('/runs?label=story:runs&recipe=demo&status=succeeded');
  expect(runs.map(({ id }) => id)).toEqual([clone.id, resumed.id]);
});
