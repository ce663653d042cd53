import { beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine, type Engine } from '#engine';
import { distance, goldenLosses, keptLosses, type GoldenRun } from './golden-run.js';

const RUNS: readonly GoldenRun[] = [
  {
    name: 'tiny-arcface',
    config: {
      network: { name: 'tiny' },
      loss: { name: 'arcface' },
      optimizer: { learningRate: 0.01 },
      batch: { globalBatchSize: 16 },
      maxSteps: 20,
    },
    tolerance: 2e-3,
  },
  {
    name: 'y1-softmax',
    config: {
      network: { name: 'y1' },
      loss: { name: 'arcface', scale: 32, margin: 0.2 },
      optimizer: { learningRate: 0.01 },
      batch: { globalBatchSize: 8 },
      maxSteps: 6,
    },
    tolerance: 2e-3,
  },
];

const statuses = await engineStatuses({ folder: engineFolder(process.env) });
// The plain JavaScript engine takes minutes for these.
for (const { name } of statuses.filter(({ name, available }) => available && name !== 'cpu')) {
  describe(`loss curves on ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await startEngine(name, { threads: 1, folder: engineFolder(process.env) });
    });

    it.each(RUNS)('$name stays within $tolerance of the kept one', async (run) => {
      const losses = await goldenLosses(engine, run);
      const kept = await keptLosses(run.name, losses);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
      expect(distance(losses, kept)).toBeLessThan(run.tolerance);
    });
  });
}
