import { ArcFleetError } from '#contracts';
import { decodeImage, decodeWhole, readImageSize, type ImageSize } from '../decode-image.js';
import { estimateSimilarity, invertSimilarity, type Landmarks, type Point } from './similarity-transform.js';
import { shareOutside, warpSimilarity } from './warp.js';

/** Where the five points of a face lie in an image of 112 x 112 (insightface.md 5.7; arcface's alignment template). */
const TEMPLATE: Landmarks = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];
const TEMPLATE_SIZE = 112;

export interface AlignOptions {
  readonly size: ImageSize;
  readonly landmarks?: Landmarks | undefined;
  /** What to do with an image of another size that has no landmarks. */
  readonly unaligned: 'refuse' | 'crop';
  /**
   * Landmarks may lie outside the image, as a protocol has them whose crops cut faces off; default false. A face that is wholly outside
   * is refused even so.
   */
  readonly pointsOutside?: boolean;
}

export interface AlignedFace {
  /** RGB uint8, height x width x 3 of the wanted size. */
  readonly pixels: Uint8Array;
  /** What was done to the image that a user should know of. */
  readonly warning: string | null;
}

/**
 * A face as a model wants it: warped to the five-point template by its landmarks; as it is when it has the wanted size; or, on
 * request, its middle.
 *
 * @param what names the image in errors.
 * @throws ArcFleetError `dataset_corrupt` for an image that cannot be decoded; `image_invalid` for one that is neither of the size
 *   nor has landmarks, or whose landmarks are no face in it.
 */
export async function alignFace(encoded: Uint8Array, options: AlignOptions, what: string): Promise<AlignedFace> {
  const { size, landmarks, unaligned } = options;
  const { height, width } = size;
  if (landmarks) {
    const image = await decodeWhole(encoded, what);
    const transform = estimateSimilarity(landmarks, templateFor(size));
    const refuse = (why: string): ArcFleetError =>
      new ArcFleetError('image_invalid', `The landmarks of ${what} are no face: ${why}`, { image: what });
    if (transform === null || invertSimilarity(transform) === null || !landmarks.flat().every(Number.isFinite)) {
      throw refuse('five different points are needed');
    }
    const stray = landmarks.find(([x, y]) => x < 0 || y < 0 || x > image.width || y > image.height);
    if (stray && options.pointsOutside !== true) {
      throw refuse(`(${stray.join(', ')}) lies outside the image of ${image.width} x ${image.height}. Give pixels, x before y`);
    }
    const outside = shareOutside(image, transform, size);
    if (outside === 1) throw refuse(`all of it lies outside the image of ${image.width} x ${image.height}`);
    const warning =
      outside > 0.5
        ? `${Math.round(100 * outside)} % of the aligned face of ${what} lie outside the image: scores may be poor`
        : null;
    return { pixels: warpSimilarity(image, transform, size), warning };
  }
  const { width: ownWidth, height: ownHeight } = await readImageSize(encoded, what);
  if (ownWidth === width && ownHeight === height) return { pixels: await decodeImage(encoded, size, what), warning: null };
  if (unaligned === 'refuse') {
    const message =
      `${what} is ${ownWidth} x ${ownHeight}, and the model wants aligned faces of ${width} x ${height}. ` +
      'Give the five landmarks of the face, or an aligned crop; or ask for the middle of the image to be taken as it is';
    throw new ArcFleetError('image_invalid', message, { image: what, width: ownWidth, height: ownHeight });
  }
  const warning = `${what} (${ownWidth} x ${ownHeight}) was cropped to its middle without alignment: scores may be poor`;
  return { pixels: await decodeImage(encoded, size, what), warning };
}

function templateFor({ height, width }: ImageSize): Point[] {
  return TEMPLATE.map(([x, y]) => [(x * width) / TEMPLATE_SIZE, (y * height) / TEMPLATE_SIZE]);
}
