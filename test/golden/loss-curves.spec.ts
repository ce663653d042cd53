import { engineFolder, engineStatuses } from '#engine';
import { describeGoldenRuns } from './golden-run.js';

describeGoldenRuns(
  [
    {
      name: 'tiny-arcface',
      config: {
        network: { name: 'tiny' },
        loss: { name: 'arcface' },
        optimizer: { learningRate: 0.0003 },
        batch: { globalBatchSize: 32 },
        maxSteps: 20,
      },
      tolerance: 5e-3,
    },
    {
      name: 'y1-softmax',
      config: {
        network: { name: 'y1' },
        loss: { name: 'softmax' },
        optimizer: { learningRate: 0.005 },
        batch: { globalBatchSize: 32 },
        maxSteps: 5,
      },
      tolerance: 2e-3,
    },
  ],
  await engineStatuses({ folder: engineFolder(process.env) }),
);
