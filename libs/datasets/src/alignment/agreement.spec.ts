import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { estimateSimilarity, type Point } from './similarity-transform.js';
import { warpSimilarity } from './warp.js';

/** By skimage 0.26 (`SimilarityTransform`) and OpenCV 5.0 (`warpAffine`, linear, black border); see the README beside. */
const file = new URL('../../../../../libs/datasets/src/alignment/fixtures/alignment.json', import.meta.url);
interface Case {
  readonly points: Point[];
  readonly matrix: [[number, number, number], [number, number, number]];
  readonly warpMatrix?: [[number, number, number], [number, number, number]];
  readonly width?: number;
  readonly height?: number;
  readonly warped?: number[];
}
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];
const TEMPLATE: Point[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

const numbered = cases.map((each, index) => ({ index, ...each }));

it.each(numbered)('case $index has the transform of skimage to 1e-9', ({ points, matrix }) => {
  const { a, b, tx, ty } = estimateSimilarity(points, TEMPLATE)!;
  const own = [a, -b, tx, b, a, ty];
  for (const [at, value] of matrix.flat().entries()) {
    expect(Math.abs(own[at]! - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
  }
});

it.each(numbered.filter(({ warped }) => warped))(
  'case $index is drawn as OpenCV draws it, but for its rounding of positions to 1/32 pixel',
  ({ warpMatrix, width = 0, height = 0, warped }) => {
    const pixels = new Uint8Array(width * height * 3);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) pixels.set([(x * 5 + y * 3) % 256, (x * y) % 256, (x * x + 7 * y) % 256], at);
    }
    const [[a, , tx], [b, , ty]] = warpMatrix!;
    const own = warpSimilarity({ pixels, width, height }, { a, b, tx, ty }, { width: 28, height: 28 });
    const differences = Array.from(own, (value, at) => Math.abs(value - warped![at]!));
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    // Where the pattern jumps from 255 to 0, 1/32 of a pixel is 8 values on each axis.
    expect(Math.max(...differences)).toBeLessThanOrEqual(16);
    expect(mean).toBeLessThan(1.5);
    expect(own.some((value) => value > 0)).toBe(true);
  },
);
