import { ArcFleetError, isTripletLoss, type RankJob } from '#contracts';
import type { Engine } from '#engine';
import { MarginHead, type Head } from '#losses';

export interface HeadFacts {
  readonly embeddingSize: number;
  readonly numClasses: number;
  readonly engine: Engine;
}

/** What the configuration puts on top of the backbone: this rank's part of it. */
export function createHead({ config, rank, worldSize }: RankJob, { embeddingSize, numClasses, engine }: HeadFacts): Head {
  const { loss, optimizer, classSampling, seed } = config;
  if (isTripletLoss(loss)) throw new ArcFleetError('config_invalid', `The loss ${loss.name} is not there yet`);
  return new MarginHead({ loss, optimizer, classSampling, embeddingSize, numClasses, rank, worldSize, seed, engine });
}
