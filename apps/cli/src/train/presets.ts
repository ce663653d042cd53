import {
  KNOWN_DATASETS,
  type KnownDataset,
  type LossName,
  type NetworkName,
  type OutputName,
  type RecipeConfig,
} from '#contracts';

/** What train.py does when a preset says nothing else (insightface.md 1.1). */
export interface TrainDefaults {
  readonly lr: number;
  readonly perBatchSize: number;
}
export const TRAIN_DEFAULTS = {
  network: 'r100',
  loss: 'arcface',
  dataset: 'emore',
  dataRoot: './datasets',
  lr: 0.1,
  lrSteps: [100_000, 160_000, 220_000],
  wd: 5e-4,
  mom: 0.9,
  perBatchSize: 128,
  ckpt: 3,
  verbose: 2_000,
  frequent: 20,
  pretrainedEpoch: 1,
} as const;

interface NetworkPreset {
  readonly name: NetworkName;
  readonly output?: OutputName;
  readonly dropout?: number;
  readonly defaults?: Partial<TrainDefaults>;
}

/** Networks of train.py that are more than a name of ours, or change its defaults (insightface.md 1.3). */
export const NETWORK_PRESETS: Readonly<Record<string, NetworkPreset>> = {
  r100fc: { name: 'r100', output: 'FC' },
  d169: { name: 'd169', defaults: { perBatchSize: 64 } },
  d201: { name: 'd201', defaults: { perBatchSize: 64 } },
};

interface LossPreset {
  readonly loss: RecipeConfig['loss'] & { readonly name: LossName };
  readonly defaults?: Partial<TrainDefaults>;
}

const MINING = { imagesPerIdentity: 5, bagSize: 7_200, maxAnchorPositiveDistance: 0 } as const;
const TRIPLET_DEFAULTS = { lr: 0.05, perBatchSize: 60 } as const;

/** Losses of train.py (insightface.md 1.4). */
export const LOSS_PRESETS: Readonly<Record<LossName, LossPreset>> = {
  softmax: { loss: { name: 'softmax', bias: true } },
  nsoftmax: { loss: { name: 'nsoftmax', scale: 64 } },
  arcface: { loss: { name: 'arcface', scale: 64, margin: 0.5 } },
  cosface: { loss: { name: 'cosface', scale: 64, margin: 0.35 } },
  combined: { loss: { name: 'combined', scale: 64, m1: 1, m2: 0.3, m3: 0.2 } },
  triplet: { loss: { name: 'triplet', margin: 0.3, ...MINING }, defaults: TRIPLET_DEFAULTS },
  atriplet: { loss: { name: 'atriplet', margin: 0.35, ...MINING }, defaults: TRIPLET_DEFAULTS },
};

/** Data sets that have a name, and the folder that each unpacks to. */
export const DATASET_PRESETS: Readonly<Record<string, KnownDataset>> = Object.fromEntries(
  (['emore', 'retina', 'ms1m', 'webface', 'glint360k', 'wf4m', 'wf12m', 'wf42m'] as const).map((name) => [
    name,
    KNOWN_DATASETS[name],
  ]),
);

/** Verification sets of train.py, in its order: the last one decides which model is best. */
export const USUAL_TARGETS = ['lfw', 'cfp_fp', 'agedb_30'] as const;
