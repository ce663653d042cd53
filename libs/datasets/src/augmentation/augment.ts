import { RANDOM_STREAMS, type AugmentationConfig } from '#contracts';
import { placeImage, type ImageSize } from '../decode-image.js';
import { blurImage } from './blur.js';
import { colorJitterFrom, placeJittered } from './color-jitter.js';
import { cutOff } from './cutoff.js';
import { drawUniforms, integerFrom, type DrawPosition } from './draws.js';
import { toGrey, turnHue } from './hue-saturation.js';
import { mirrorImage } from './mirror.js';
import { recompress } from './recompress.js';
import { resizeThrough } from './resize.js';

/** What may vary: InsightFace's qualities, and the ranges of arcface_torch's DALI pipeline at 112 pixels, 56 to 89. */
const QUALITY = [2, 20] as const;
const RESIZE_FROM = 0.5;
const RESIZE_TO = 89 / 112;
const MAX_HUE_DEGREES = 20;
const MAX_SATURATION = 1.2;
const CUTOFF_RATE = 0.5;

/** True when any image may come out different. */
export function isAugmenting({ jpeg, colorJitter, cutoff, resize, blur, hsv, grey }: AugmentationConfig): boolean {
  return jpeg > 0 || colorJitter > 0 || cutoff > 0 || resize > 0 || blur > 0 || hsv > 0 || grey > 0;
}

/** One image of a batch: where its draws stand, and whether it is mirrored (that is drawn with the order of the data). */
export interface AugmentedPlace extends DrawPosition {
  readonly mirror: boolean;
}

/**
 * The image with its random changes: mirror, then those of arcface_torch (resize, blur, hue and saturation, grey), then those of
 * InsightFace (JPEG; colour jitter and cutoff follow in {@link placeAugmented}). RGB uint8, HWC.
 */
export async function augmentImage(
  decoded: Uint8Array,
  size: ImageSize,
  augmentation: AugmentationConfig,
  place: AugmentedPlace,
): Promise<Uint8Array> {
  const { jpeg, resize, blur, hsv, grey } = augmentation;
  let pixels = place.mirror ? mirrorImage(decoded, size) : decoded;
  if (resize > 0) {
    const [coin, uniform] = drawUniforms(place, RANDOM_STREAMS.resize);
    const shorter = Math.min(size.height, size.width);
    const side = Math.max(1, Math.round(shorter * (RESIZE_FROM + (RESIZE_TO - RESIZE_FROM) * uniform)));
    if (coin < resize) pixels = resizeThrough(pixels, size, side);
  }
  if (blur > 0) {
    const [coin, uniform] = drawUniforms(place, RANDOM_STREAMS.blur);
    if (coin < blur) pixels = blurImage(pixels, size, integerFrom(uniform, 1, 2));
  }
  if (hsv > 0) {
    const [coin, hue, saturation] = drawUniforms(place, RANDOM_STREAMS.hueSaturation);
    if (coin < hsv) pixels = turnHue(pixels, MAX_HUE_DEGREES * hue, 1 + (MAX_SATURATION - 1) * saturation);
  }
  if (grey > 0) {
    const [coin] = drawUniforms(place, RANDOM_STREAMS.grey);
    if (coin < grey) pixels = toGrey(pixels);
  }
  if (jpeg > 0) {
    const [coin, uniform] = drawUniforms(place, RANDOM_STREAMS.jpeg);
    if (coin < jpeg) pixels = await recompress(pixels, size, integerFrom(uniform, ...QUALITY));
  }
  return pixels;
}

/** Places an image that {@link augmentImage} made into `target` at `start`, with colour jitter and cutoff. */
export function placeAugmented(
  pixels: Uint8Array,
  size: ImageSize,
  { colorJitter, cutoff }: AugmentationConfig,
  place: DrawPosition,
  target: Float32Array,
  start: number,
): void {
  if (colorJitter > 0) {
    placeJittered(pixels, colorJitterFrom(drawUniforms(place, RANDOM_STREAMS.colorJitter), colorJitter), target, start);
  } else {
    placeImage(pixels, size, false, target, start);
  }
  if (cutoff > 0) {
    const [coin, y, x] = drawUniforms(place, RANDOM_STREAMS.cutoff);
    const { height, width } = size;
    if (coin < CUTOFF_RATE) cutOff(target, start, size, cutoff, integerFrom(y, 0, height - 1), integerFrom(x, 0, width - 1));
  }
}
