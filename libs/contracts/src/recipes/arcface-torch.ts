import type { NetworkName } from '../catalog.js';
import { KNOWN_DATASETS, type KnownDataset } from './known-datasets.js';
import type { Recipe } from './recipe.js';

const MODEL_ZOO = {
  title: 'arcface_torch README, model zoo',
  url: 'https://github.com/deepinsight/insightface/tree/master/recognition/arcface_torch#model-zoo',
};
const PARTIAL_FC = { title: 'An et al., Partial FC, CVPR 2022', url: 'https://arxiv.org/abs/2203.15565' };

/** ArcFace margins have no derivative in arcface_torch; CosFace's derivative is the same either way. */
const ARCFACE = { name: 'arcface', scale: 64, margin: 0.5, gradient: 'straight-through' } as const;
const COSFACE = { name: 'cosface', scale: 64, margin: 0.4 } as const;

/** One of arcface_torch's configuration files (`configs/*.py`), in its own terms. */
interface Row {
  readonly dataset: KnownDataset;
  readonly network: NetworkName;
  readonly loss: typeof ARCFACE | typeof COSFACE;
  /** Images per GPU. */
  readonly batchSize?: number;
  readonly gpus?: number;
  readonly lr?: number;
  readonly weightDecay: number;
  readonly numEpoch?: number;
  readonly warmupEpoch?: number;
  readonly sampleRate?: number;
  readonly filter?: number;
  readonly verbose?: number;
  /** MFR-All, then IJB-C at FAR 1e-4 and 1e-5. */
  readonly scores?: readonly [number, number, number];
  readonly note?: string;
  readonly source?: Recipe['source'];
}

const CLIP_NORM = 5;

function toRecipe([name, row]: [string, Row]): Recipe {
  const { dataset, network, loss, batchSize = 128, gpus = 8, lr = 0.1, numEpoch = 20, warmupEpoch = 0 } = row;
  const { sampleRate = 1, filter = 0, verbose = 2_000, scores, note = null, source = MODEL_ZOO } = row;
  const sampling = sampleRate < 1 ? `, ${sampleRate === 0 ? 'positive class centers only' : `Partial FC ${sampleRate}`}` : '';
  const filtering = filter > 0 ? ', interclass filtering' : '';
  const lossName = loss.name === 'arcface' ? 'ArcFace' : 'CosFace';
  return {
    name,
    description: `${network} with ${lossName} ${loss.margin} on ${dataset.name}${sampling}${filtering}: ${batchSize} images on ${gpus === 1 ? 'one GPU' : `each of ${gpus} GPUs`}, ${numEpoch} epochs`,
    dataset,
    published: scores
      ? [
          { set: 'MFR-All', metric: 'TAR at FAR 1e-6', value: scores[0] },
          { set: 'IJB-C', metric: 'TAR at FAR 1e-4', value: scores[1] },
          { set: 'IJB-C', metric: 'TAR at FAR 1e-5', value: scores[2] },
        ]
      : [],
    publishedNote: note,
    source,
    requires: ['dataset.path'],
    config: {
      // arcface_torch trains its residual networks without dropout.
      network: { name: network, dropout: 0 },
      loss: { ...loss, ...(filter > 0 ? { interclassFilteringThreshold: filter } : {}) },
      ...(sampleRate < 1 ? { classSampling: { name: 'random', rate: sampleRate } } : {}),
      optimizer: { name: 'sgd', learningRate: lr, momentum: 0.9, weightDecay: row.weightDecay, clipNorm: CLIP_NORM },
      schedule: { name: 'polynomial', power: 1, warmupEpochs: warmupEpoch },
      batch: { globalBatchSize: batchSize * gpus },
      epochs: numEpoch,
      verification: { everySteps: verbose },
      checkpoint: { everySteps: 2_000 },
      seed: 2048,
      ranks: { max: gpus },
    },
  };
}

const { emore, retina, glint360k, wf4m, wf12m, wf12mFlip, wf12mConflict, wf42m } = KNOWN_DATASETS;
const ms1mv2 = { dataset: emore, loss: ARCFACE } as const;
const ms1mv3 = { dataset: retina, loss: ARCFACE } as const;
const glint = { dataset: glint360k, loss: COSFACE, weightDecay: 1e-4 } as const;
const webface4m = { dataset: wf4m, loss: COSFACE } as const;
const webface12m = { dataset: wf12m, loss: COSFACE } as const;
const noisy = { network: 'r50', loss: COSFACE, weightDecay: 5e-4, warmupEpoch: 2 } as const;
const webface42m = { dataset: wf42m, loss: COSFACE, weightDecay: 5e-4 } as const;
/** 32 GPUs of 128 images. */
const on32 = { ...webface42m, gpus: 32, lr: 0.4, warmupEpoch: 2 } as const;

const ROWS: Readonly<Record<string, Row>> = {
  'ms1mv2-mbf': { ...ms1mv2, network: 'mbf', weightDecay: 1e-4, numEpoch: 40, scores: [62.07, 93.61, 90.28] },
  'ms1mv2-r50': { ...ms1mv2, network: 'r50', weightDecay: 5e-4, scores: [75.13, 95.97, 94.07] },
  'ms1mv2-r100': { ...ms1mv2, network: 'r100', weightDecay: 5e-4, scores: [78.12, 96.37, 94.27] },
  'ms1mv3-mbf': { ...ms1mv3, network: 'mbf', weightDecay: 1e-4, numEpoch: 40, scores: [63.78, 94.23, 91.33] },
  'ms1mv3-r50': { ...ms1mv3, network: 'r50', weightDecay: 5e-4, scores: [79.14, 96.37, 94.47] },
  'ms1mv3-r50-onegpu': {
    ...ms1mv3,
    network: 'r50',
    weightDecay: 5e-4,
    gpus: 1,
    lr: 0.02,
    scores: [79.14, 96.37, 94.47],
    note: 'of ms1mv3-r50, which trains on 8 GPUs',
  },
  'ms1mv3-r100': { ...ms1mv3, network: 'r100', weightDecay: 5e-4, scores: [81.97, 96.85, 95.02] },
  'glint360k-mbf': { ...glint, network: 'mbf', scores: [70.18, 95.04, 92.62] },
  'glint360k-r50': { ...glint, network: 'r50', scores: [86.34, 97.16, 95.81] },
  'glint360k-r100': { ...glint, network: 'r100', scores: [89.52, 97.55, 96.38] },
  'wf4m-r100': { ...webface4m, network: 'r100', weightDecay: 5e-4, scores: [89.87, 97.19, 95.48] },
  'wf12m-r100': { ...webface12m, network: 'r100', weightDecay: 5e-4, scores: [94.69, 97.59, 95.97] },
  'wf12m-pfc01-r100': {
    ...webface12m,
    network: 'r100',
    weightDecay: 5e-4,
    sampleRate: 0.1,
    scores: [94.49, 97.56, 95.92],
    source: PARTIAL_FC,
  },
  'wf12m-pfc02-r100': { ...webface12m, network: 'r100', weightDecay: 5e-4, sampleRate: 0.2, scores: [94.75, 97.6, 95.9] },
  'wf12m-pfc03-r100': { ...webface12m, network: 'r100', weightDecay: 5e-4, sampleRate: 0.3, scores: [94.71, 97.64, 96.01] },
  'wf12m-flip-r50': { ...noisy, dataset: wf12mFlip, scores: [43.87, 88.35, 80.78] },
  'wf12m-flip-pfc01-filter04-r50': {
    ...noisy,
    dataset: wf12mFlip,
    sampleRate: 0.1,
    filter: 0.4,
    scores: [80.2, 96.11, 93.79],
  },
  'wf12m-conflict-r50': { ...noisy, dataset: wf12mConflict, scores: [79.93, 95.3, 91.56] },
  'wf12m-conflict-pfc03-filter04-r50': {
    ...noisy,
    dataset: wf12mConflict,
    sampleRate: 0.3,
    filter: 0.4,
    scores: [91.68, 97.28, 95.75],
  },
  'wf42m-pfc02-r100': { ...webface42m, network: 'r100', sampleRate: 0.2, verbose: 10_000, scores: [96.27, 97.7, 96.31] },
  'wf42m-pfc02-8gpus-r50-bs4k': {
    ...webface42m,
    network: 'r50',
    sampleRate: 0.2,
    batchSize: 512,
    lr: 0.4,
    warmupEpoch: 2,
    verbose: 10_000,
    scores: [93.83, 97.53, 96.16],
  },
  'wf42m-pfc02-16gpus-r50-bs8k': {
    ...webface42m,
    network: 'r50',
    sampleRate: 0.2,
    batchSize: 512,
    gpus: 16,
    lr: 0.6,
    warmupEpoch: 4,
    verbose: 10_000,
    scores: [93.96, 97.46, 96.12],
  },
  'wf42m-pfc02-16gpus-r100': {
    ...webface42m,
    network: 'r100',
    sampleRate: 0.2,
    batchSize: 256,
    gpus: 16,
    lr: 0.3,
    warmupEpoch: 1,
    scores: [96.69, 97.85, 96.63],
  },
  'wf42m-pfc02-32gpus-r50-bs4k': {
    ...on32,
    network: 'r50',
    sampleRate: 0.2,
    verbose: 10_000,
    scores: [94.04, 97.48, 95.94],
  },
  'wf42m-pfc02-32gpus-r100': { ...on32, network: 'r100', sampleRate: 0.2, verbose: 10_000, scores: [96.57, 97.83, 96.5] },
  'wf42m-pfc03-32gpus-r18': { ...on32, network: 'r18', sampleRate: 0.3, scores: [79.13, 95.77, 93.36] },
  'wf42m-pfc03-32gpus-r50': { ...on32, network: 'r50', sampleRate: 0.3, scores: [94.03, 97.48, 95.94] },
  'wf42m-pfc03-32gpus-r100': { ...on32, network: 'r100', sampleRate: 0.3, scores: [96.69, 97.82, 96.45] },
  'wf42m-pfc03-32gpus-r200': { ...on32, network: 'r200', sampleRate: 0.3, scores: [97.7, 97.97, 96.93] },
  'wf42m-pfc0-32gpus-r100': { ...on32, network: 'r100', sampleRate: 0, batchSize: 512, scores: [93.08, 97.51, 95.88] },
};

/**
 * arcface_torch's configuration files and the numbers of its README (commit 7fadd420). Kept: global batch, schedule, margin, sampling,
 * clipping. Not kept: fp16, since everything computes in float32 here.
 */
export const ARCFACE_TORCH_RECIPES: readonly Recipe[] = Object.entries(ROWS).map(toRecipe);
