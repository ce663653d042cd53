import { isTripletLoss, type TrainingJob } from '#contracts';
import type { Engine } from '#engine';
import { MarginHead, TripletHead, type Head } from '#losses';

export interface HeadFacts {
  readonly embeddingSize: number;
  readonly numClasses: number;
  readonly engine: Engine;
}

/** What the configuration puts on top of the backbone: this rank's part of it. */
export function createHead({ config, rank, worldSize }: TrainingJob, { embeddingSize, numClasses, engine }: HeadFacts): Head {
  const { loss, optimizer, classSampling, seed, batch } = config;
  if (isTripletLoss(loss)) return new TripletHead({ loss, embeddingSize, blockSize: batch.bnGroupSize, rank, worldSize });
  return new MarginHead({ loss, optimizer, classSampling, embeddingSize, numClasses, rank, worldSize, seed, engine });
}
