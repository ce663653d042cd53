import { describe, expect, it } from 'vitest';
import { createInMemoryCollectives } from '#collective';
import type { TripletLossConfig } from '#contracts';
import { randoms, relativeError, split } from '../testing/ranks.js';
import { referenceTripletGradient, referenceTripletLoss } from './testing/reference.js';
import { TripletHead } from './triplet-head.js';

const D = 6;
const BLOCK = 6;
const B = 4 * BLOCK;
/** Identities 0..7, two triplets a block. */
const labels = Int32Array.from({ length: B }, (_, row) => {
  const [block, inBlock] = [Math.floor(row / BLOCK), row % BLOCK];
  return inBlock < 4 ? 2 * block + (inBlock % 2) : (2 * block + (inBlock % 2) + 3) % 8;
});

const lossOf = (name: TripletLossConfig['name'], margin: number): TripletLossConfig => ({
  name,
  margin,
  imagesPerIdentity: 5,
  bagSize: 100,
  maxAnchorPositiveDistance: 0,
});

async function settle(loss: TripletLossConfig, features: Float32Array, worldSize: number, of = labels) {
  const collectives = createInMemoryCollectives(worldSize);
  return Promise.allSettled(
    collectives.map((collective, rank) => {
      const head = new TripletHead({ loss, embeddingSize: D, blockSize: BLOCK, rank, worldSize });
      const payloads = split(features, of.length, worldSize);
      return head.step({ features: payloads, labels: of, learningRate: 1, collective, step: 17 });
    }),
  );
}

/** A step that must succeed: what rank 0 reports, and the sum of all ranks' gradients. */
async function step(loss: TripletLossConfig, features: Float32Array, worldSize: number) {
  const results = (await settle(loss, features, worldSize)).map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  expect(new Set(results.map((result) => result.loss)).size, 'ranks agree about the loss').toBe(1);
  const dFeatures = new Float32Array(features.length);
  for (const result of results) result.dFeatures.forEach((value, at) => (dFeatures[at]! += value));
  return { ...results[0]!, dFeatures, results };
}

const features = randoms(B * D, 11);
/** Two rows at an angle: the anchor and the positive of the first triplet. */
const atAngle = (angle: number): Float32Array => {
  const rows = features.slice();
  rows.fill(0, 0, D);
  rows.fill(0, 2 * D, 3 * D);
  rows[0] = 2;
  rows[2 * D] = 0.5 * Math.cos(angle);
  rows[2 * D + 1] = 0.5 * Math.sin(angle);
  return rows;
};

describe.each([
  ['triplet', 0.3],
  ['atriplet', 0.35],
] as const)('the %s loss', (name, margin) => {
  const loss = lossOf(name, margin);
  const referenceOf = (values: Float32Array, alpha: number = margin) => ({
    features: Float64Array.from(values),
    embeddingSize: D,
    blockSize: BLOCK,
    margin: alpha,
    isAngular: name === 'atriplet',
  });

  async function compare(values: Float32Array, tolerance: number, alpha: number = margin) {
    const { loss: value, dFeatures } = await step(lossOf(name, alpha), values, 2);
    const inputs = referenceOf(values, alpha);
    expect(Math.abs(value - referenceTripletLoss(inputs))).toBeLessThan(1e-9);
    expect(relativeError(dFeatures, referenceTripletGradient(inputs))).toBeLessThan(tolerance);
  }

  it.each([0.01, margin, 3])('and its gradient equal the float64 reference, margin %f', async (alpha) => {
    await compare(features, 1e-6, alpha);
  });

  it.each([0.01, 0.1, Math.PI / 2, Math.PI - 0.1, Math.PI - 0.01])(
    'equal it where anchor and positive are at an angle of %f',
    // Central differences of acos lose digits where the sine is small.
    async (angle) => compare(atAngle(angle), 1e-5, 3),
  );

  it('equal it for rows of zeros', async () => {
    const rows = features.slice();
    rows.fill(0, 4 * D, 5 * D);
    rows.fill(0, 7 * D, 8 * D);
    await compare(rows, 1e-5, 3);
  });

  it.each([0, 1e-5, Math.PI - 1e-5, Math.PI])('stay finite and bounded at an angle of %f', async (angle) => {
    const rows = atAngle(angle);
    const { loss: value, dFeatures } = await step(lossOf(name, 3), rows, 1);
    expect(value).toBeCloseTo(referenceTripletLoss(referenceOf(rows, 3)), 6);
    // Per triplet the gradient by a unit row is at most 8 long (squared distance) or 2 (angle); rows are at least 0.5 long.
    for (const gradient of dFeatures) expect(Math.abs(gradient)).toBeLessThan((8 / (B / 3)) * 2);
  });

  it('is the margin, without a pull on anchor and positive, where all three are the same', async () => {
    const same = Float32Array.from({ length: B * D }, (_, at) => (at % D === 0 ? 1 : 0.25));
    const { loss: value, dFeatures, metrics } = await step(loss, same, 1);
    expect(value).toBeCloseTo(margin, 9);
    expect(metrics).toMatchObject({ activeTriplets: 1 });
    for (const gradient of dFeatures) expect(Math.abs(gradient)).toBeLessThan(1e-6);
  });

  it('gives the same bits on 1, 2 and 4 ranks: each adds the gradient of its own blocks only', async () => {
    const one = await step(loss, features, 1);
    for (const worldSize of [2, 3, 4, 5]) {
      const several = await step(loss, features, worldSize);
      expect(several.loss).toBe(one.loss);
      expect(several.metrics).toEqual(one.metrics);
      expect(several.dFeatures).toEqual(one.dFeatures);
      for (let at = 0; at < B * D; at++) {
        expect(several.results.filter(({ dFeatures }) => dFeatures[at] !== 0).length).toBeLessThanOrEqual(1);
      }
    }
  });

  it('reports the share of active triplets and the mean distances', async () => {
    const { metrics, loss: value, dFeatures } = await step(lossOf(name, 1e-9), features, 1);
    const alone = await step(lossOf(name, 4), features, 1);
    // With a margin that makes every triplet active the loss is linear in it.
    const { activeTriplets, anchorPositiveDistance, anchorNegativeDistance } = alone.metrics!;
    expect(activeTriplets).toBe(1);
    expect(alone.loss).toBeCloseTo(anchorPositiveDistance! - anchorNegativeDistance! + 4, 9);
    const share = metrics!['activeTriplets']!;
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    expect(value).toBeGreaterThan(0);
    const touched = Array.from({ length: B }, (_, row) => dFeatures.subarray(row * D, (row + 1) * D).some((x) => x !== 0));
    expect(touched.filter(Boolean)).toHaveLength(share * B);
  });
});

describe('a triplet head', () => {
  const loss = lossOf('triplet', 0.3);

  it('refuses on all ranks what is no batch of triplets', async () => {
    const poisoned = features.slice();
    poisoned[15 * D] = NaN;
    for (const outcome of await settle(loss, poisoned, 2)) {
      expect(outcome).toMatchObject({ reason: { code: 'non_finite', details: { step: 17, rank: 1, row: 15 } } });
    }
    const strange = labels.slice();
    strange[BLOCK] = 99;
    for (const outcome of await settle(loss, features, 2, strange)) {
      expect(outcome).toMatchObject({ reason: { code: 'dataset_invalid', details: { step: 17, row: BLOCK } } });
    }
    for (const outcome of await settle(loss, features.subarray(D), 2, labels.subarray(1))) {
      expect(outcome).toMatchObject({ reason: { code: 'shape_mismatch' } });
    }
    expect(() => new TripletHead({ loss, embeddingSize: D, blockSize: 8, rank: 0, worldSize: 1 })).toThrow(RangeError);
  });

  it('has nothing for a checkpoint', async () => {
    const head = new TripletHead({ loss, embeddingSize: D, blockSize: BLOCK, rank: 1, worldSize: 2 });
    expect(head).toMatchObject({ slots: [], classStart: 0, numLocalClasses: 0 });
    expect((await head.rows().next()).done).toBe(true);
  });
});
