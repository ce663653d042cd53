import type { CreateRunInput } from '#contracts';

/** A run on two ranks over a {@link writeTinyDataset} folder: steps of milliseconds, verified and checkpointed on the way. */
export function aTinyRun(path: string, overrides: Partial<CreateRunInput> = {}): CreateRunInput {
  return {
    dataset: { path },
    network: { name: 'tiny', embeddingSize: 16 },
    loss: { scale: 16, margin: 0.2 },
    batch: { globalBatchSize: 8, bnGroupSize: 4 },
    optimizer: { learningRate: 0.01 },
    maxSteps: 40,
    verification: { everySteps: 0 },
    checkpoint: { everySteps: 10 },
    ranks: { max: 2 },
    ...overrides,
  };
}
