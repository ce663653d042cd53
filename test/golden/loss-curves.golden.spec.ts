import type { NetworkName } from '#contracts';
import { engineFolder, engineStatuses } from '#engine';
import { describeGoldenRuns, type GoldenRun } from './golden-run.js';

/** InsightFace's other recipes, and one run for each further part of the training core. */
const RECIPES: readonly GoldenRun[] = [
  {
    name: 'r100-arcface',
    config: {
      network: { name: 'r100' },
      loss: { name: 'arcface' },
      optimizer: { learningRate: 1e-4 },
      batch: { globalBatchSize: 8 },
      maxSteps: 4,
    },
    tolerance: 1e-2,
  },
  {
    name: 'r50-cosface',
    config: {
      network: { name: 'r50' },
      loss: { name: 'cosface' },
      optimizer: { learningRate: 1e-4 },
      batch: { globalBatchSize: 8 },
      maxSteps: 5,
    },
    tolerance: 1e-2,
  },
  {
    name: 'y1-triplet',
    config: {
      network: { name: 'y1' },
      loss: { name: 'triplet', bagSize: 60 },
      optimizer: { learningRate: 1e-4 },
      batch: { globalBatchSize: 24 },
      maxSteps: 5,
    },
    tolerance: 1e-2,
  },
  {
    name: 'mbf-combined-adamw',
    config: {
      network: { name: 'mbf' },
      loss: { name: 'combined', subCenters: 2 },
      optimizer: { name: 'adamw', learningRate: 1e-5 },
      schedule: { name: 'polynomial', warmupSteps: 2 },
      batch: { globalBatchSize: 16, accumulationSteps: 2 },
      maxSteps: 6,
    },
    tolerance: 1e-2,
  },
  {
    name: 'r18-arcface-sampled-bf16',
    config: {
      network: { name: 'r18' },
      loss: { name: 'arcface', interclassFilteringThreshold: 0.4 },
      classSampling: { name: 'random', rate: 0.6 },
      optimizer: { learningRate: 1e-4 },
      batch: { globalBatchSize: 8 },
      communication: { features: 'bfloat16', gradients: 'bfloat16' },
      maxSteps: 6,
    },
    tolerance: 2e-2,
  },
];

/** Four steps of every other network. */
const NETWORKS: readonly NetworkName[] = [
  'r34',
  'r50v1',
  'r200',
  'y2',
  'm1',
  'm05',
  'mnas',
  'mnas05',
  'mnas025',
  'vargfacenet',
  'd169',
  'd201',
];

describeGoldenRuns(
  [
    ...RECIPES,
    ...NETWORKS.map((name): GoldenRun => ({
      name: `${name}-nsoftmax`,
      config: {
        network: { name },
        loss: { name: 'nsoftmax', scale: 16 },
        optimizer: { learningRate: 1e-4 },
        batch: { globalBatchSize: 8 },
        maxSteps: 4,
      },
      tolerance: 1e-2,
      isHuge: name === 'r200',
    })),
  ],
  await engineStatuses({ folder: engineFolder(process.env) }),
);
