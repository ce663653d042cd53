import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AugmentationConfig } from '#contracts';
import { augmentImage, isAugmenting, placeAugmented } from './augment.js';
import { blurImage } from './blur.js';
import { colorJitterFrom, placeJittered, type ColorJitter } from './color-jitter.js';
import { cutOff } from './cutoff.js';
import { REFERENCE, REFERENCE_SIZE } from './fixtures/reference.js';
import { toGrey, turnHue } from './hue-saturation.js';
import { mirrorImage } from './mirror.js';
import { recompress } from './recompress.js';
import { resizeThrough } from './resize.js';

const SIZE = { height: REFERENCE_SIZE, width: REFERENCE_SIZE };
const bytesOf = (name: keyof typeof REFERENCE) => Uint8Array.from(Buffer.from(REFERENCE[name], 'base64'));
const floatsOf = (name: keyof typeof REFERENCE) => new Float32Array(bytesOf(name).buffer);
const image = bytesOf('image');

/** Largest and mean absolute difference. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): { largest: number; mean: number } {
  expect(a.length).toBe(b.length);
  const all = Array.from(a, (value, at) => Math.abs(value - b[at]!));
  return { largest: Math.max(...all), mean: all.reduce((sum, value) => sum + value, 0) / all.length };
}

const jittered = (jitter: ColorJitter, pixels = image): Float32Array => {
  const target = new Float32Array(pixels.length + 3);
  placeJittered(pixels, jitter, target, 3);
  return target.subarray(3);
};

describe('compared with numpy and Pillow', () => {
  // Pillow rounds between the two passes of each of two resizes, we do not.
  it.each([12, 19] as const)('resizing through %i pixels differs by rounding only', (side) => {
    expect(difference(resizeThrough(image, SIZE, side), bytesOf(`resize${side}`)).largest).toBeLessThanOrEqual(2);
  });

  it.each([1, 2] as const)('blur of radius %i is that of a two-dimensional window', (radius) => {
    expect(difference(blurImage(image, SIZE, radius), bytesOf(`blur${radius}`)).largest).toBeLessThanOrEqual(1);
  });

  it('hue and saturation are one matrix', () => {
    expect(difference(turnHue(image, 17.5, 1.15), bytesOf('hue')).largest).toBeLessThanOrEqual(1);
    expect(difference(toGrey(image), bytesOf('grey')).largest).toBeLessThanOrEqual(1);
  });

  // The encoders are the same library's, the decoders differ in how they fill in halved colours.
  it.each([
    [2, 1],
    [10, 1],
    [20, 1],
  ] as const)('a JPEG of quality %i is that of Pillow within %f', async (quality, mean) => {
    const ours = await recompress(image, SIZE, quality);
    expect(difference(ours, bytesOf(`jpeg${quality}`)).mean).toBeLessThan(mean);
    expect(difference(ours, image).mean).toBeGreaterThan(2 * difference(ours, bytesOf(`jpeg${quality}`)).mean);
  });

  it('a cut off square has its place and its size', () => {
    const target = new Uint8Array(image.length + 6);
    target.set(image, 6);
    cutOff(target, 6, SIZE, 9, 21, 2);
    expect(target.subarray(6)).toEqual(bytesOf('cutoff'));
  });

  // float32 sums there, float64 here: 1e-6 of 255.
  it.each([
    ['jitterBCS', 0],
    ['jitterSCB', 5],
  ] as const)('colour jitter in the order of %s is its three steps', (name, order) => {
    const steps = { brightness: 1.1, contrast: 0.9, saturation: 1.12 };
    const ours = jittered({ ...steps, order });
    expect(difference(ours, floatsOf(name)).largest).toBeLessThan(2e-3);
  });
});

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const pixelsOf = (size: { height: number; width: number }) =>
  fc.uint8Array({ minLength: size.height * size.width * 3, maxLength: size.height * size.width * 3 });
const someImage = fc
  .record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) })
  .chain((size) => fc.record({ size: fc.constant(size), pixels: pixelsOf(size) }));

describe('of any image', () => {
  it('mirroring twice changes nothing, once turns every row round', () => {
    fc.assert(
      fc.property(someImage, ({ size, pixels }) => {
        const once = mirrorImage(pixels, size);
        expect(mirrorImage(once, size)).toEqual(pixels);
        const last = size.width - 1;
        for (let y = 0; y < size.height; y++) {
          for (let x = 0; x < size.width; x++) {
            for (let c = 0; c < 3; c++) {
              expect(once[(y * size.width + x) * 3 + c]).toBe(pixels[(y * size.width + last - x) * 3 + c]);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('one colour stays what it is when it is resized, blurred, or turned by nothing', () => {
    fc.assert(
      fc.property(someImage, fc.integer({ min: 1, max: 9 }), ({ size, pixels }, side) => {
        const flat = pixels.map((_, at) => pixels[at % 3]!);
        expect(resizeThrough(flat, size, side)).toEqual(flat);
        expect(blurImage(flat, size, 2)).toEqual(flat);
        // The two matrices are inverse to three digits.
        expect(difference(turnHue(pixels, 0, 1), pixels).largest).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  it('filters commute with the mirror but for rounding', () => {
    fc.assert(
      fc.property(someImage, fc.integer({ min: 1, max: 9 }), ({ size, pixels }, side) => {
        for (const filter of [
          (from: Uint8Array) => resizeThrough(from, size, side),
          (from: Uint8Array) => blurImage(from, size, 1),
        ]) {
          const mirroredLast = mirrorImage(filter(pixels), size);
          expect(difference(filter(mirrorImage(pixels, size)), mirroredLast).largest).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('colour jitter is exactly its three formulas, one after another, in any order', () => {
    const factor = fc.double({ min: 0, max: 2, noNaN: true });
    const jitter = fc.record({
      brightness: factor,
      contrast: factor,
      saturation: factor,
      order: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(someImage, jitter, ({ pixels }, drawn) => {
        expect(difference(jittered(drawn, pixels), stepByStep(pixels, drawn)).largest).toBeLessThan(1e-3);
      }),
    );
  });

  it('a cut off square lies inside and is grey, and nothing else changes', () => {
    fc.assert(
      fc.property(someImage, fc.integer({ min: 1, max: 12 }), fc.nat(8), fc.nat(8), ({ size, pixels }, side, y, x) => {
        const [centerY, centerX] = [y % size.height, x % size.width];
        const target = pixels.slice();
        cutOff(target, 0, size, side, centerY, centerX);
        const half = Math.floor(side / 2);
        for (let at = 0; at < pixels.length; at++) {
          const row = Math.floor(at / (3 * size.width));
          const column = Math.floor(at / 3) % size.width;
          const isIn = row >= centerY - half && row < centerY + half && column >= centerX - half && column < centerX + half;
          expect(target[at]).toBe(isIn ? 128 : pixels[at]);
        }
      }),
      { numRuns: 50 },
    );
  });
});

const ORDERS = [
  ['brightness', 'contrast', 'saturation'],
  ['brightness', 'saturation', 'contrast'],
  ['contrast', 'brightness', 'saturation'],
  ['contrast', 'saturation', 'brightness'],
  ['saturation', 'brightness', 'contrast'],
  ['saturation', 'contrast', 'brightness'],
] as const;

function stepByStep(pixels: Uint8Array, jitter: ColorJitter): number[] {
  const luminance = (values: readonly number[], pixel: number) =>
    0.299 * values[3 * pixel]! + 0.587 * values[3 * pixel + 1]! + 0.114 * values[3 * pixel + 2]!;
  let values = Array.from(pixels);
  for (const kind of ORDERS[jitter.order]!) {
    const a = jitter[kind];
    const numPixels = values.length / 3;
    const before = values;
    let mean = 0;
    for (let pixel = 0; pixel < numPixels; pixel++) mean += luminance(before, pixel) / numPixels;
    values = before.map((value, at) => {
      if (kind === 'brightness') return a * value;
      return a * value + (1 - a) * (kind === 'contrast' ? mean : luminance(before, Math.floor(at / 3)));
    });
  }
  return values;
}

describe('draws', () => {
  const ALL: AugmentationConfig = { resize: 0.5, blur: 0.5, hsv: 0.5, grey: 0.5, jpeg: 0.5, colorJitter: 0.125, cutoff: 8 };
  const NONE: AugmentationConfig = { resize: 0, blur: 0, hsv: 0, grey: 0, jpeg: 0, colorJitter: 0, cutoff: 0 };
  const made = async (config: AugmentationConfig, step: number, sample: number): Promise<Float32Array> => {
    const place = { seed: 3, step, sample, mirror: false };
    const target = new Float32Array(image.length);
    placeAugmented(await augmentImage(image, SIZE, config, place), SIZE, config, place, target, 0);
    return target;
  };

  it('depend on step and sample, and on nothing else', async () => {
    const first = await made(ALL, 5, 2);
    await made(ALL, 6, 2);
    expect(await made(ALL, 5, 2)).toEqual(first);
    expect(await made(ALL, 5, 3)).not.toEqual(first);
    expect(await made(ALL, 6, 2)).not.toEqual(first);
    expect(isAugmenting(NONE)).toBe(false);
    expect(await made(NONE, 5, 2)).toEqual(Float32Array.from(image));
  });

  it.each(['resize', 'blur', 'hsv', 'grey', 'jpeg'] as const)('%s happens as often as it should', async (name) => {
    let changed = 0;
    for (let sample = 0; sample < 400; sample++) {
      const pixels = await augmentImage(image, SIZE, { ...NONE, [name]: 0.25 }, { seed: 1, step: 9, sample, mirror: false });
      if (pixels !== image) changed++;
    }
    // 100 of 400; 5 standard deviations (8.7) of a fair draw, which is fixed by its seed.
    expect(Math.abs(changed - 100)).toBeLessThan(44);
  });

  it('cut off every other image, anywhere', async () => {
    const hit = new Uint8Array(SIZE.height * SIZE.width);
    let cut = 0;
    for (let sample = 0; sample < 400; sample++) {
      const place = { seed: 1, step: 0, sample };
      const target = new Float32Array(image.length);
      placeAugmented(
        image.map(() => 7),
        SIZE,
        { ...NONE, cutoff: 6 },
        place,
        target,
        0,
      );
      if (target.includes(128)) cut++;
      for (let pixel = 0; pixel < hit.length; pixel++) if (target[3 * pixel] === 128) hit[pixel] = 1;
    }
    expect(Math.abs(cut - 200)).toBeLessThan(50);
    expect(hit.filter((value) => value === 0).length).toBeLessThan(hit.length / 50);
  });

  it('of the jitter reach all six orders and stay within its strength', () => {
    fc.assert(
      fc.property(fc.tuple(unit, unit, unit, unit), ([a, b, c, d]) => {
        const { order, ...factors } = colorJitterFrom([a, b, c, d], 0.125);
        for (const factor of Object.values(factors)) expect(Math.abs(factor - 1)).toBeLessThanOrEqual(0.125);
        expect(order).toBe(Math.floor(6 * d));
      }),
    );
  });
});
