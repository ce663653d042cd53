import { join } from 'node:path';
import { generateSyntheticFaces } from '#datasets';
import { TestFleet } from '#test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CreateRunInput } from '#contracts';

let fleet: TestFleet;
let data: string;

beforeAll(async () => {
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await generateSyntheticFaces({ directory: data, numIdentities: 7, imagesPerIdentity: 6, numPairs: 40, seed: 3 });
});

afterAll(async () => {
  await fleet?.stop();
});

const aConfig = (overrides: Partial<CreateRunInput> = {}): CreateRunInput => ({
  dataset: { path: data },
  network: { name: 'tiny', embeddingSize: 32 },
  batch: { globalBatchSize: 8, bnGroupSize: 4 },
  optimizer: { learningRate: 0.01 },
  maxSteps: 6,
  verification: { everySteps: 3, baselines: true },
  checkpoint: { everySteps: 2 },
  ranks: { max: 2 },
  ...overrides,
});

it('trains on two ranks from POST to verification metrics in Postgres', async () => {
  fleet.startWorker({ slots: 2 });
  const run = await fleet.createRun(aConfig());
  expect(run.status).toBe('queued');
  const ended = await fleet.untilEnded(run.id, 'succeeded');
  expect(ended).toMatchObject({ generation: 1, restarts: 0, worldSize: 2, engine: 'wasm', step: 6, numClasses: 7 });
  const { metrics, verifications } = await fleet.metrics(run.id);
  const loss = metrics.find(({ name }) => name === 'loss');
  expect(loss?.points.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(verifications.map(({ step, subject }) => `${subject}@${step}`))).toEqual(
    new Set(['pixels@0', 'model@0', 'model@3', 'model@6']),
  );
});
