import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { alignFace } from './align-face.js';
import { applySimilarity, estimateSimilarity, invertSimilarity, type Landmarks, type Point } from './similarity-transform.js';
import { warpSimilarity } from './warp.js';

const coordinate = fc.double({ min: -200, max: 200, noNaN: true });
const point = fc.tuple(coordinate, coordinate);
const transform = fc
  .record({
    scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
    angle: fc.double({ min: -3.1, max: 3.1, noNaN: true }),
    shift: point,
  })
  .map(({ scale, angle, shift: [tx, ty] }) => ({ a: scale * Math.cos(angle), b: scale * Math.sin(angle), tx, ty }));
const spread = (points: readonly Point[]): number =>
  points.reduce((sum, [x, y]) => sum + (x - points[0]![0]) ** 2 + (y - points[0]![1]) ** 2, 0);

describe('estimateSimilarity', () => {
  it('finds the transform that made the points, to 1e-6 of their size', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 8 }), transform, (points, made) => {
        fc.pre(spread(points) > 1);
        const found = estimateSimilarity(
          points,
          points.map((each) => applySimilarity(made, each)),
        )!;
        for (const each of points) {
          const [x, y] = applySimilarity(found, each);
          const [u, v] = applySimilarity(made, each);
          expect(Math.hypot(x - u, y - v)).toBeLessThan(1e-6 * (1 + Math.abs(u) + Math.abs(v)));
        }
      }),
    );
  });

  it('is the best one: no small change of it brings the points nearer', () => {
    const distance = (of: { a: number; b: number; tx: number; ty: number }, from: readonly Point[], to: readonly Point[]) =>
      from.reduce((sum, each, i) => {
        const [x, y] = applySimilarity(of, each);
        return sum + (x - to[i]![0]) ** 2 + (y - to[i]![1]) ** 2;
      }, 0);
    fc.assert(
      fc.property(fc.array(fc.tuple(point, point), { minLength: 2, maxLength: 8 }), (pairs) => {
        const [from, to] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        fc.pre(spread(from) > 1);
        const best = estimateSimilarity(from, to)!;
        const least = distance(best, from, to);
        for (const key of ['a', 'b', 'tx', 'ty'] as const) {
          for (const change of [-1e-3, 1e-3]) {
            expect(distance({ ...best, [key]: best[key] + change }, from, to)).toBeGreaterThanOrEqual(least * (1 - 1e-9) - 1e-9);
          }
        }
      }),
    );
  });

  it('goes there and back', () => {
    fc.assert(
      fc.property(transform, point, (there, [x, y]) => {
        const [u, v] = applySimilarity(invertSimilarity(there)!, applySimilarity(there, [x, y]));
        expect(Math.hypot(u - x, v - y)).toBeLessThan(1e-5);
      }),
    );
  });

  it('has none for one point', () => {
    expect(
      estimateSimilarity(
        [
          [1, 1],
          [1, 1],
        ],
        [
          [0, 0],
          [5, 5],
        ],
      ),
    ).toBeNull();
  });
});

const SIZE = { width: 20, height: 16 };
const noise = (seed: number, { width, height } = SIZE) =>
  Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + seed * 104729 + ((i * i) >> 3)) & 255);

describe('warpSimilarity', () => {
  it('leaves an image alone under the identity', () => {
    const pixels = noise(1);
    expect(warpSimilarity({ ...SIZE, pixels }, { a: 1, b: 0, tx: 0, ty: 0 }, SIZE)).toEqual(pixels);
  });

  it('shifts by whole pixels and fills with black', () => {
    const pixels = noise(2);
    const shifted = warpSimilarity({ ...SIZE, pixels }, { a: 1, b: 0, tx: 3, ty: 2 }, SIZE);
    for (let y = 0; y < SIZE.height; y++) {
      for (let x = 0; x < SIZE.width; x++) {
        const [fromX, fromY] = [x - 3, y - 2];
        const expected = fromX < 0 || fromY < 0 ? 0 : pixels[(fromY * SIZE.width + fromX) * 3]!;
        expect(shifted[(y * SIZE.width + x) * 3]).toBe(expected);
      }
    }
  });

  it('takes half of each of two neighbours at half a pixel', () => {
    const pixels = Uint8Array.from([10, 0, 0, 30, 0, 0]);
    expect(warpSimilarity({ width: 2, height: 1, pixels }, { a: 1, b: 0, tx: -0.5, ty: 0 }, { width: 1, height: 1 })[0]).toBe(20);
  });

  it('turns a quarter', () => {
    // (x, y) -> (-y, x), shifted back into the image.
    const pixels = noise(3, { width: 4, height: 4 });
    const turned = warpSimilarity({ width: 4, height: 4, pixels }, { a: 0, b: 1, tx: 3, ty: 0 }, { width: 4, height: 4 });
    for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) expect(turned[(x * 4 + (3 - y)) * 3]).toBe(pixels[(y * 4 + x) * 3]);
  });
});

const TEMPLATE: Landmarks = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];
const MODEL = { width: 112, height: 112 };

/** A bright dot at each point, on grey. */
async function dotted(points: Landmarks, width: number, height: number): Promise<Uint8Array> {
  const pixels = new Uint8Array(width * height * 3).fill(60);
  for (const [x, y] of points) {
    for (let dy = -3; dy <= 3; dy++) {
      for (let dx = -3; dx <= 3; dx++)
        pixels
          .fill(255, ((Math.round(y) + dy) * width + Math.round(x) + dx) * 3)
          .fill(60, ((Math.round(y) + dy) * width + Math.round(x) + dx) * 3 + 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

describe('alignFace', () => {
  it('brings the five points of a turned and larger face to their places', async () => {
    const made = { a: 1.9 * Math.cos(0.4), b: 1.9 * Math.sin(0.4), tx: 90, ty: 40 };
    const landmarks = TEMPLATE.map((each) => applySimilarity(made, each)) as unknown as Landmarks;
    const width = 400;
    const pixels = new Uint8Array(width * 360 * 3).fill(60);
    for (const [x, y] of landmarks) {
      for (let v = Math.round(y) - 6; v <= Math.round(y) + 6; v++) {
        pixels.fill(255, (v * width + Math.round(x) - 6) * 3, (v * width + Math.round(x) + 7) * 3);
      }
    }
    const encoded = await sharp(pixels, { raw: { width, height: 360, channels: 3 } })
      .png()
      .toBuffer();
    const { pixels: aligned, warning } = await alignFace(encoded, { size: MODEL, landmarks, unaligned: 'refuse' }, 'a face');
    expect(warning).toBeNull();
    for (const [x, y] of TEMPLATE) expect(aligned[(Math.round(y) * 112 + Math.round(x)) * 3]).toBe(255);
    expect(aligned[(20 * 112 + 56) * 3]).toBe(60);
  });

  it('takes an image of the right size as it is', async () => {
    const encoded = await dotted(TEMPLATE, 112, 112);
    const { pixels, warning } = await alignFace(encoded, { size: MODEL, unaligned: 'refuse' }, 'a face');
    expect(warning).toBeNull();
    expect(Buffer.from(pixels)).toEqual(await sharp(encoded).removeAlpha().raw().toBuffer());
  });

  it('refuses another size without landmarks, or crops its middle with a warning', async () => {
    const encoded = await dotted(TEMPLATE, 200, 150);
    await expect(alignFace(encoded, { size: MODEL, unaligned: 'refuse' }, 'me.png')).rejects.toMatchObject({
      code: 'image_invalid',
      message: expect.stringMatching(/me\.png is 200 x 150.*landmarks/s) as string,
    });
    const { pixels, warning } = await alignFace(encoded, { size: MODEL, unaligned: 'crop' }, 'me.png');
    expect(pixels).toHaveLength(112 * 112 * 3);
    expect(warning).toMatch(/me\.png.*cropped/);
  });

  it('refuses five times the same point, and what is no image', async () => {
    const landmarks = TEMPLATE.map(() => [5, 5]) as unknown as Landmarks;
    const options = { size: MODEL, landmarks, unaligned: 'refuse' } as const;
    await expect(alignFace(await dotted(TEMPLATE, 112, 112), options, 'a')).rejects.toMatchObject({ code: 'image_invalid' });
    await expect(alignFace(Uint8Array.of(1, 2), options, 'b')).rejects.toMatchObject({ code: 'dataset_corrupt' });
  });

  const aligned = async (landmarks: Landmarks, options = {}, width = 112) =>
    alignFace(await dotted(TEMPLATE, width, 112), { size: MODEL, landmarks, unaligned: 'refuse', ...options }, 'me.png');
  const moved = (dx: number, scale = 1) => TEMPLATE.map(([x, y]) => [x * scale + dx, y * scale]) as unknown as Landmarks;

  it('refuses landmarks outside the image, naming image and point; a protocol that has them may ask for what is left', async () => {
    for (const landmarks of [moved(-60), moved(60), moved(0, 1.5), moved(5_000)]) {
      await expect(aligned(landmarks)).rejects.toMatchObject({
        code: 'image_invalid',
        message: expect.stringMatching(/me\.png.*outside the image of 112 x 112/) as string,
      });
    }
    const { pixels, warning } = await aligned(moved(-60), { pointsOutside: true });
    expect(pixels.some((value) => value > 0)).toBe(true);
    expect(warning).toMatch(/5\d % of .*me\.png.*outside/);
    await expect(aligned(moved(5_000), { pointsOutside: true })).rejects.toMatchObject({ code: 'image_invalid' });
  });

  it('warns where most of the aligned face is outside', async () => {
    expect((await aligned(TEMPLATE)).warning).toBeNull();
    expect((await aligned(moved(-35), {}, 45)).warning).toMatch(/60 % of/);
  });

  it('refuses landmarks that shrink the face to a point', async () => {
    const [cx, cy] = [0, 1].map((axis) => TEMPLATE.reduce((sum, each) => sum + each[axis]! / 5, 0)) as [number, number];
    const [[ax, ay], [bx, by]] = TEMPLATE.map(([x, y]) => [x - cx, y - cy]) as unknown as Landmarks;
    // Orthogonal to the template as complex vectors: of rotation and scale nothing remains.
    const landmarks: Landmarks = [
      [cx + bx, cy - by],
      [cx - ax, cy + ay],
      [cx, cy],
      [cx, cy],
      [cx, cy],
    ];
    await expect(aligned(landmarks)).rejects.toMatchObject({ code: 'image_invalid' });
  });

  it('knows the size of an image from its head, without decoding it', async () => {
    const encoded = await dotted(TEMPLATE, 200, 150);
    const options = { size: MODEL, unaligned: 'refuse' } as const;
    const cut = encoded.subarray(0, encoded.length - 100);
    await expect(alignFace(cut, options, 'me.png')).rejects.toMatchObject({ code: 'image_invalid', details: { width: 200 } });
  });
});
