import type { EvaluationTarget } from '#contracts';
import type { ImageSize } from '#datasets';
import { identify } from '#verification';
import type { ImageList } from '../images.js';
import { digestOf } from './digest.js';
import { checkRows } from './finite-rows.js';
import { digestOfFaces, imagesOf, openFaces } from './open-faces.js';
import type { OpenTarget, OpenTargetOptions } from './target.js';

/** Ranks that a report names. */
const RANKS = [1, 2, 3, 4, 5, 10, 20];
const FARS = [1e-6, 1e-5, 1e-4, 1e-3];

/** Search of probes among distractors, as in MegaFace; probes come first in the list of images. */
export async function openIdentificationTarget(
  target: Extract<EvaluationTarget, { protocol: 'identification' }>,
  size: ImageSize,
  { access, unaligned }: OpenTargetOptions,
): Promise<OpenTarget> {
  const probes = await openFaces(target.probes, size, access);
  const distractors = await openFaces(target.distractors, size, access).catch(async (error: unknown) => {
    await probes.close();
    throw error;
  });
  const numProbes = probes.numImages;
  const align = { size, unaligned };
  return {
    name: target.name,
    images: oneAfterTheOther(imagesOf(probes, align), imagesOf(distractors, align)),
    digest: digestOf([digestOfFaces(probes), digestOfFaces(distractors)]),
    mirrored: 'summed',
    score: async ({ plain, xnorm }, dim, { multiply, onWait }) => {
      checkRows(plain, dim, (row) => (row < numProbes ? probes.describe(row) : distractors.describe(row - numProbes)));
      normalizeRows(plain, dim);
      const scores = await identify(
        { embeddings: plain.subarray(0, numProbes * dim), labels: probes.labels },
        plain.subarray(numProbes * dim),
        { dim, maxRank: RANKS.at(-1)!, fars: FARS, ...(multiply && { multiply }), ...(onWait && { onProgress: onWait }) },
      );
      return {
        protocol: 'identification',
        numProbes,
        numIdentities: new Set(probes.labels).size,
        numDistractors: scores.numDistractors,
        rank1Accuracy: scores.rank1,
        cmc: RANKS.map((rank) => ({ rank, rate: scores.cmc[rank - 1]! })),
        tarAtFar: Object.fromEntries(
          // Every pair is accepted where all impostors may be.
          Object.entries(scores.tarAtFar).map(([asked, { tar, far, threshold }]) => [
            asked,
            { tar, far, threshold: Number.isFinite(threshold) ? threshold : -1 },
          ]),
        ),
        xnorm,
      };
    },
    close: async () => {
      await probes.close();
      await distractors.close();
    },
  };
}

function oneAfterTheOther(a: ImageList, b: ImageList): ImageList {
  return {
    count: a.count + b.count,
    pixels: (index) => (index < a.count ? a.pixels(index) : b.pixels(index - a.count)),
    numCropped: () => (a.numCropped?.() ?? 0) + (b.numCropped?.() ?? 0),
  };
}

/** In place; a zero row stays zero. */
function normalizeRows(values: Float32Array, dim: number): void {
  for (let start = 0; start < values.length; start += dim) {
    const row = values.subarray(start, start + dim);
    let square = 0;
    for (const value of row) square += value * value;
    const scale = 1 / (Math.sqrt(square) || 1);
    for (let i = 0; i < dim; i++) row[i] = row[i]! * scale;
  }
}
