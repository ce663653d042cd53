import { findRecipe, type CreateRunInput, type NetworkName, type Recipe } from '#contracts';

const RECIPE = findRecipe('demo');
const { numClasses, numImages } = RECIPE.dataset;

/** The data set that the demo draws for itself. */
export const DEMO_FACES = { numIdentities: numClasses, imagesPerIdentity: numImages / numClasses, numPairs: 600 } as const;

/** What the trained network must reach on it: mean accuracy, averaged over the verification sets. */
export const DEMO_MIN_ACCURACY = minAccuracy(RECIPE);

function minAccuracy({ published: [aim] }: Recipe): number {
  if (!aim) throw new RangeError('The recipe of the demo says nothing of what it must reach');
  return aim.value / 100;
}

export interface DemoRunInput {
  readonly ranks: number;
  readonly numImages: number;
  /** Default: by the size of the data set. */
  readonly steps?: number | undefined;
  readonly network?: NetworkName | undefined;
}

export type DemoRun = Pick<
  CreateRunInput,
  'network' | 'loss' | 'optimizer' | 'schedule' | 'batch' | 'verification' | 'checkpoint' | 'ranks'
> & { readonly maxSteps: number };

interface Setting extends Pick<CreateRunInput, 'loss' | 'optimizer'> {
  readonly globalBatchSize: number;
  /** Largest size of a batch norm group; the same at any number of ranks whose local batch it divides. */
  readonly bnGroupSize: number;
  readonly steps: (numImages: number) => number;
}

/** Below this many images a set counts as small. */
const SMALL_SET = 1_000;

/**
 * A few hundred photographs: many updates with small batches. Chosen on identities held out of a set of 300 images (batch 16 to 64,
 * rate 0.05 to 0.3, milder and stronger margins).
 */
const SMALL: Setting = {
  globalBatchSize: 32,
  bnGroupSize: 16,
  loss: { name: 'arcface', scale: 32, margin: 0.3 },
  optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 },
  steps: () => 200,
};

/** The drawn faces: the recipe, for any number of images and ranks. */
const LARGE: Setting = {
  globalBatchSize: 64,
  bnGroupSize: 32,
  loss: RECIPE.config.loss,
  optimizer: RECIPE.config.optimizer,
  steps: (numImages) => Math.min(Math.max(Math.round((14 * numImages) / 64), 300), 600),
};

/**
 * How the demo trains, on its own faces and on a small set that it is given: minutes on two cores. Scale and margin are milder
 * than the usual 64 and 0.5, which need longer training to pay.
 */
export function demoRecipe({ ranks, numImages, steps, network = 'tiny' }: DemoRunInput): DemoRun {
  const { loss, optimizer, ...setting } = numImages < SMALL_SET ? SMALL : LARGE;
  const localBatchSize = Math.max(2, Math.floor(setting.globalBatchSize / ranks));
  const globalBatchSize = localBatchSize * ranks;
  const bnGroupSize = localBatchSize % setting.bnGroupSize === 0 ? setting.bnGroupSize : localBatchSize;
  const maxSteps = steps ?? setting.steps(numImages);
  return {
    network: { name: network },
    loss,
    optimizer,
    schedule: { name: 'steps', factor: 0.1, boundaries: shares(maxSteps, [0.6, 0.85]), warmupSteps: Math.min(20, maxSteps - 1) },
    batch: { globalBatchSize, bnGroupSize },
    maxSteps,
    verification: { everySteps: 0, baselines: true },
    checkpoint: { everySteps: Math.max(1, Math.ceil(maxSteps / 2)), keep: 1 },
    ranks: { max: ranks },
  };
}

/** Steps at shares of the whole; rising strictly also when there are few. */
function shares(maxSteps: number, parts: readonly number[]): number[] {
  return [...new Set(parts.map((part) => Math.max(1, Math.round(part * maxSteps))))];
}
