import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EvaluationTarget } from '#contracts';
import { alignFace, openIjb, type ImageSize, type IjbProtocol } from '#datasets';
import {
  areaUnder,
  compareTemplates,
  poolTemplates,
  rocCurve,
  similarityHistogram,
  tarAt,
  type TemplateImage,
} from '#verification';
import { digestOf } from './digest.js';
import { checkRows } from './finite-rows.js';
import { plotPoints } from './plot-points.js';
import type { OpenTarget } from './target.js';

/** Rates that IJB's tables have. */
const FARS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

/** IJB 1:1: faces aligned by the given landmarks, weighed by the detector's score, pooled by media, compared by template. */
export async function openTemplateTarget(
  target: Extract<EvaluationTarget, { protocol: 'templates' }>,
  size: ImageSize,
): Promise<OpenTarget> {
  const ijb = await openIjb(target.path);
  const { numImages, first, second, isSame } = ijb;
  const pool = (rows: Float32Array, dim: number) => poolTemplates(rows, dim, imagesOf(ijb), { weights: ijb.detectorScores });
  return {
    name: target.name,
    images: {
      count: numImages,
      pixels: async (index) => {
        const options = { size, landmarks: ijb.landmarks(index), unaligned: 'refuse', pointsOutside: true } as const;
        return (await alignFace(await ijb.read(index), options, ijb.describe(index))).pixels;
      },
    },
    digest: digestOf(factsOf(ijb)),
    mirrored: 'summed',
    score: async ({ plain, xnorm }, dim, { onWait = () => undefined }) => {
      const pause = async (): Promise<void> => {
        await nextTurn();
        onWait();
      };
      checkRows(plain, dim, ijb.describe);
      await pause();
      const pooled = pool(plain, dim);
      await pause();
      const similarities = compareTemplates(pooled, first, second);
      await pause();
      const curve = rocCurve(similarities, isSame, { corners: true });
      return {
        protocol: 'templates',
        numTemplates: pooled.templates.length,
        numImages,
        numPairs: isSame.length,
        tarAtFar: Object.fromEntries(
          FARS.map((far) => {
            const point = tarAt(curve, far, 'nearest');
            return [String(far), { ...point, threshold: Number.isFinite(point.threshold) ? point.threshold : 2 }];
          }),
        ),
        areaUnderRoc: areaUnder(curve),
        roc: plotPoints(curve),
        histogram: similarityHistogram(similarities, isSame),
        xnorm,
      };
    },
    similarities: ({ plain }, dim) => compareTemplates(pool(plain, dim), first, second),
    close: async () => undefined,
  };
}

function* factsOf(ijb: IjbProtocol): Iterable<ArrayBufferView | string> {
  const { numImages, templates, media, detectorScores, first, second, isSame } = ijb;
  yield* [templates, media, detectorScores, first, second, isSame];
  for (let image = 0; image < numImages; image++) yield `${ijb.describe(image)} ${ijb.landmarks(image).join()}`;
}

function* imagesOf({ templates, media }: IjbProtocol): Iterable<TemplateImage> {
  for (const [image, template] of templates.entries()) yield { template, media: media[image]! };
}
