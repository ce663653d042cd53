import type { ImageSize } from '../decode-image.js';
import { filterSeparably, type Taps } from './separable.js';

/**
 * The image made smaller, to `side` x `side` pixels, and back again: what a crop from a small picture looks like. Bilinear; on the
 * way down the triangle is as wide as the step between pixels (antialiased), as in DALI's `resize` and Pillow's BILINEAR.
 * RGB uint8, HWC.
 */
export function resizeThrough(pixels: Uint8Array, { height, width }: ImageSize, side: number): Uint8Array {
  const small = filterSeparably(pixels, width, triangleTaps(width, side), triangleTaps(height, side));
  return filterSeparably(small, side, triangleTaps(side, width), triangleTaps(side, height));
}

/** Triangle filter from `from` to `to` values, pixel centres at half; at the edges the weights of what is there add up to 1. */
export function triangleTaps(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(1, scale);
  const taps = 2 * Math.ceil(support) + 1;
  const sources = new Int32Array(to * taps);
  const weights = new Float64Array(to * taps);
  for (let index = 0; index < to; index++) {
    const center = (index + 0.5) * scale;
    const first = Math.floor(center - support);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const source = first + tap;
      const weight = Math.max(0, 1 - Math.abs((source + 0.5 - center) / support));
      const isInside = source >= 0 && source < from;
      sources[index * taps + tap] = isInside ? source : 0;
      weights[index * taps + tap] = isInside ? weight : 0;
      if (isInside) sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) weights[index * taps + tap]! /= sum;
  }
  return { taps, sources, weights };
}
