import type { EvaluationTarget, ScoresOf } from '#contracts';
import { openPairsFile, openVerificationSet, type ImageSize } from '#datasets';
import {
  areaUnder,
  bootstrapMean,
  flipDistances,
  foldOutcomes,
  meanNorm,
  pairDistances,
  rocCurve,
  scoreDistances,
  similarityHistogram,
  type PairDistances,
} from '#verification';
import type { Embeddings } from '../embed-images.js';
import { alignedImages } from '../images.js';
import { digestOf } from './digest.js';
import { plotPoints } from './plot-points.js';
import type { OpenTarget, OpenTargetOptions, ScoringOptions } from './target.js';

const CONFIDENCE = 0.95;

/** 10-fold verification of pairs, with everything that a report shows. */
export async function openVerificationTarget(
  target: Extract<EvaluationTarget, { protocol: 'verification' }>,
  size: ImageSize,
  { access, unaligned }: OpenTargetOptions,
): Promise<OpenTarget> {
  const { path, images } = target;
  const set = await (images === undefined ? openVerificationSet(path, access) : openPairsFile(path, images, access));
  return {
    name: target.name,
    images: alignedImages(
      2 * set.numPairs,
      { size, unaligned },
      (index) => set.image(index),
      (index) => set.describe(index),
    ),
    digest: digestOf([set.isSame, ...set.imageFacts()]),
    mirrored: 'apart',
    isSame: set.isSame,
    score: (embeddings, dim, options) => scorePairs(embeddings, dim, set.isSame, options),
    outcomes: (embeddings, dim) => foldOutcomes(distancesOf(embeddings, dim, set.isSame.length).distances, set.isSame),
    similarities: (embeddings, dim) =>
      distancesOf(embeddings, dim, set.isSame.length).distances.map((distance) => 1 - distance / 2),
    close: async () => undefined,
  };
}

/** Scores pairs of rows 2k and 2k+1. @throws ArcFleetError `non_finite`, `dataset_invalid` */
export function scorePairs(
  embeddings: Embeddings,
  dim: number,
  isSame: Uint8Array,
  { bootstrap, seed }: ScoringOptions,
): ScoresOf<'verification'> {
  const { distances, xnorm } = distancesOf(embeddings, dim, isSame.length);
  const scores = scoreDistances(distances, isSame, xnorm);
  // Of unit vectors: d^2 = 2 - 2 cos.
  const similarities = distances.map((distance) => 1 - distance / 2);
  const curve = rocCurve(similarities, isSame);
  return {
    protocol: 'verification',
    ...scores,
    interval: bootstrap > 0 ? intervalOf(distances, isSame, bootstrap, seed) : null,
    areaUnderRoc: areaUnder(curve),
    roc: plotPoints(curve),
    histogram: similarityHistogram(similarities, isSame),
  };
}

function distancesOf({ plain, mirrored }: Embeddings, dim: number, numPairs: number): PairDistances {
  if (mirrored) return flipDistances(plain, mirrored, dim, numPairs);
  return { distances: pairDistances(plain, dim, numPairs), xnorm: meanNorm(plain, dim) };
}

function intervalOf(distances: Float64Array, isSame: Uint8Array, numResamples: number, seed: number) {
  const { low, high } = bootstrapMean(foldOutcomes(distances, isSame), { numResamples, seed, confidence: CONFIDENCE });
  return { low, high, level: CONFIDENCE };
}
