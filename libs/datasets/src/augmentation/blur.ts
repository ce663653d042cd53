import type { ImageSize } from '../decode-image.js';
import { filterSeparably, type Taps } from './separable.js';

/**
 * Gaussian blur over a window of 2 x `radius` + 1 pixels, sigma 0.3 (radius - 1) + 0.8, edges mirrored without repeating the
 * outermost pixel: DALI's `gaussian_blur` where only the window is given. RGB uint8, HWC.
 */
export function blurImage(pixels: Uint8Array, { height, width }: ImageSize, radius: number): Uint8Array {
  return filterSeparably(pixels, width, gaussianTaps(width, radius), gaussianTaps(height, radius));
}

function gaussianTaps(length: number, radius: number): Taps {
  const sigma = 0.3 * (radius - 1) + 0.8;
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, tap) => Math.exp(-((tap - radius) ** 2) / (2 * sigma ** 2)));
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  const taps = kernel.length;
  const sources = new Int32Array(length * taps);
  const weights = new Float64Array(length * taps);
  for (let index = 0; index < length; index++) {
    for (let tap = 0; tap < taps; tap++) {
      sources[index * taps + tap] = reflected(index + tap - radius, length);
      weights[index * taps + tap] = kernel[tap]! / sum;
    }
  }
  return { taps, sources, weights };
}

function reflected(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const at = ((index % period) + period) % period;
  return at < length ? at : period - at;
}
