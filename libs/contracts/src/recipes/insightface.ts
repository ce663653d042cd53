import { KNOWN_DATASETS } from './known-datasets.js';
import type { Recipe, RecipeConfig } from './recipe.js';

const README = {
  title: 'InsightFace README, model training',
  url: 'https://github.com/deepinsight/insightface/tree/master/recognition/arcface_mxnet',
};
const README_2018 = {
  title: 'InsightFace README, 2018-01-30',
  url: 'https://github.com/deepinsight/insightface/blob/86013256/README.md',
};
const MODEL_ZOO = {
  title: 'InsightFace model zoo, MobileFaceNet',
  url: 'https://github.com/deepinsight/insightface/tree/master/model_zoo',
};

/** CUDA_VISIBLE_DEVICES='0,1,2,3' of the README. */
const GPUS = 4;

/**
 * What train.py does when it is told nothing, at 128 images per GPU. It never ends by itself; the paper's experiments on this data set
 * divide the rate at 100 k and 160 k steps and end at 180 k (Deng et al., CVPR 2019, section 4.1).
 */
const trainPy = (batchPerGpu: number, learningRate: number): RecipeConfig => ({
  optimizer: { name: 'sgd', learningRate, momentum: 0.9, weightDecay: 5e-4 },
  schedule: { name: 'steps', boundaries: [100_000, 160_000], factor: 0.1 },
  batch: { globalBatchSize: batchPerGpu * GPUS },
  maxSteps: 180_000,
  verification: { everySteps: 2_000 },
  checkpoint: { everySteps: 2_000 },
  model: { save: 'best' },
  ranks: { max: GPUS },
});

/** Published for ArcFace after softmax; nobody published softmax alone or triplets. */
const MOBILEFACENET = [
  { set: 'LFW', metric: 'accuracy', value: 99.5 },
  { set: 'CFP-FP', metric: 'accuracy', value: 88.94 },
  { set: 'AgeDB-30', metric: 'accuracy', value: 95.91 },
];

/** The four commands of InsightFace's README. */
export const INSIGHTFACE_RECIPES: readonly Recipe[] = [
  {
    name: 'r100-arcface-emore',
    description: 'LResNet100E-IR with ArcFace on MS1MV2: the first command of InsightFace',
    dataset: KNOWN_DATASETS.emore,
    published: [
      { set: 'LFW', metric: 'accuracy, at least', value: 99.8 },
      { set: 'MegaFace (cleaned)', metric: 'rank-1 identification at 1 M distractors, at least', value: 98.3 },
    ],
    publishedNote: null,
    source: README,
    requires: ['dataset.path'],
    config: { ...trainPy(128, 0.1), network: { name: 'r100' }, loss: { name: 'arcface', scale: 64, margin: 0.5 } },
  },
  {
    name: 'r50-cosface-emore',
    description: 'LResNet50E-IR with CosFace on MS1MV2: the second command of InsightFace',
    dataset: KNOWN_DATASETS.emore,
    published: [
      { set: 'LFW', metric: 'accuracy', value: 99.8 },
      { set: 'MegaFace (cleaned)', metric: 'rank-1 identification at 1 M distractors', value: 97.64 },
    ],
    publishedNote: 'of the LResNet50E-IR that InsightFace published in January 2018; the command itself has no number',
    source: README_2018,
    requires: ['dataset.path'],
    config: { ...trainPy(128, 0.1), network: { name: 'r50' }, loss: { name: 'cosface', scale: 64, margin: 0.35 } },
  },
  {
    name: 'y1-softmax-emore',
    description: 'MobileFaceNet with softmax on MS1MV2: the third command of InsightFace',
    dataset: KNOWN_DATASETS.emore,
    published: MOBILEFACENET,
    publishedNote: 'of MobileFaceNet with ArcFace on MS1MV1, for which softmax is the first half; softmax alone stays below',
    source: MODEL_ZOO,
    requires: ['dataset.path'],
    config: { ...trainPy(128, 0.1), network: { name: 'y1' }, loss: { name: 'softmax', bias: true } },
  },
  {
    name: 'y1-triplet-emore',
    description:
      'The MobileFaceNet of y1-softmax-emore fine-tuned with triplets: the fourth command of InsightFace, with network y1',
    dataset: KNOWN_DATASETS.emore,
    published: MOBILEFACENET,
    publishedNote: 'of MobileFaceNet with ArcFace on MS1MV1; nobody published a number for triplets on it',
    source: MODEL_ZOO,
    requires: ['dataset.path', 'pretrained'],
    config: {
      ...trainPy(60, 0.005),
      network: { name: 'y1' },
      loss: { name: 'triplet', margin: 0.3, imagesPerIdentity: 5, bagSize: 7_200, maxAnchorPositiveDistance: 0 },
    },
  },
];
