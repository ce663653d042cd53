import type { CreateRunInput, NetworkName } from '#contracts';

/** The data set that the demo draws for itself. */
export const DEMO_FACES = { numIdentities: 120, imagesPerIdentity: 20, numPairs: 600 } as const;

/** What the trained network must reach on it: mean accuracy, averaged over the verification sets. */
export const DEMO_MIN_ACCURACY = 0.8;

export interface RecipeInput {
  readonly ranks: number;
  readonly numImages: number;
  /** Default: by the size of the data set. */
  readonly steps?: number | undefined;
  readonly network?: NetworkName | undefined;
}

export type Recipe = Pick<
  CreateRunInput,
  'network' | 'loss' | 'optimizer' | 'schedule' | 'batch' | 'maxSteps' | 'verification' | 'checkpoint' | 'ranks'
>;

const GLOBAL_BATCH_SIZE = 64;
const EPOCHS = 14;
const STEPS = { fewest: 300, most: 600 } as const;

/**
 * How the demo trains, on its own faces and on a small set that it is given (a few dozen identities of a dozen images):
 * minutes on two cores. Scale and margin are milder than the usual 64 and 0.5, which need longer training to pay.
 */
export function demoRecipe({ ranks, numImages, steps, network = 'tiny' }: RecipeInput): Recipe {
  const localBatchSize = Math.max(2, Math.floor(GLOBAL_BATCH_SIZE / ranks));
  const globalBatchSize = localBatchSize * ranks;
  const byData = Math.round((EPOCHS * numImages) / globalBatchSize);
  const maxSteps = steps ?? Math.min(Math.max(byData, STEPS.fewest), STEPS.most);
  return {
    network: { name: network },
    loss: { name: 'arcface', scale: 32, margin: 0.3 },
    optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 },
    schedule: { name: 'steps', factor: 0.1, boundaries: shares(maxSteps, [0.6, 0.85]), warmupSteps: Math.min(20, maxSteps - 1) },
    batch: { globalBatchSize },
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
