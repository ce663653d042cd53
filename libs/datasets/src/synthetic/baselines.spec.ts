import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pixelDistance, pixelScores, scoreDistances } from '#verification';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../decode-image.js';
import { openVerificationSet, verificationPath } from '../verification-set.js';
import { SYNTHETIC_IMAGE_SIZE } from './draw-face.js';
import { generateSyntheticFaces } from './generate-faces.js';
import { SYNTHETIC_TARGETS } from './verification-plan.js';

const SIZE = { width: SYNTHETIC_IMAGE_SIZE, height: SYNTHETIC_IMAGE_SIZE };
const NUM_PAIRS = 600;
/** More than that, and a network that learned nothing would pass for one that did. */
const MOST_ACCURACY = 0.6;

let directory: string;
const images = new Map<string, { pixels: Uint8Array[]; isSame: Uint8Array }>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcfleet-baselines-'));
  // The seed of the demo; training images have no part in this.
  await generateSyntheticFaces({ directory, numIdentities: 2, imagesPerIdentity: 1, numPairs: NUM_PAIRS, seed: 1 });
  for (const { name } of SYNTHETIC_TARGETS) {
    const set = await openVerificationSet(verificationPath(directory, name));
    const pixels = await Promise.all(
      Array.from({ length: 2 * set.numPairs }, async (_, index) =>
        decodeImage(await set.image(index), SIZE, set.describe(index)),
      ),
    );
    images.set(name, { pixels, isSame: set.isSame });
  }
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const imagesOf = (target: string) => images.get(target)!;

/** Mean of each channel, 0..1. */
function meanColour(pixels: Uint8Array): number[] {
  const sums = [0, 0, 0];
  pixels.forEach((value, index) => (sums[index % 3]! += value));
  return sums.map((sum) => sum / (pixels.length / 3) / 255);
}

describe.each(SYNTHETIC_TARGETS.map(({ name }) => name))('synthetic pairs of %s', (target) => {
  it('cannot be told apart by raw pixels', () => {
    const { pixels, isSame } = imagesOf(target);
    const pairs = Array.from(isSame, (_same, pair) => pixelDistance(pixels[2 * pair]!, pixels[2 * pair + 1]!));
    const { accuracy, numPairs } = pixelScores(pairs, isSame);
    expect(numPairs).toBe(NUM_PAIRS);
    expect(accuracy).toBeLessThanOrEqual(MOST_ACCURACY);
  });

  it('cannot be told apart by mean colour', () => {
    const { pixels, isSame } = imagesOf(target);
    const colours = pixels.map(meanColour);
    const distances = Float64Array.from(isSame, (_same, pair) => {
      const [a, b] = [colours[2 * pair]!, colours[2 * pair + 1]!];
      // Three channels in 0..1: scaled into the range of the protocol's thresholds.
      return a.reduce((sum, value, channel) => sum + (value - b[channel]!) ** 2, 0) * (4 / 3);
    });
    expect(scoreDistances(distances, isSame, 1).accuracy).toBeLessThanOrEqual(MOST_ACCURACY);
  });
});
