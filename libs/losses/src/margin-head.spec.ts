import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine } from '#engine';
import type { Engine } from '#engine';
import { createInMemoryCollectives } from '#collective';
import { ARCFACE, HeadGroup, numTensors, PLAIN_SGD, randoms, relativeError, split } from './testing/ranks.js';
import type { HeadGroupOptions } from './testing/ranks.js';
import { referenceGradient, referenceLoss } from './testing/reference.js';

const B = 6;
const D = 8;
const C = 11;
const labels = Int32Array.from([0, 10, 4, 4, 7, 3]);
const MOMENTUM = { ...PLAIN_SGD, momentum: 0.9, weightDecay: 5e-4 };
type Case = Partial<HeadGroupOptions>;

const folder = engineFolder(process.env);
for (const { name, available, detail } of await engineStatuses({ folder })) {
  if (!available) {
    console.info(`margin head: engine ${name} is not tested here: ${detail}`);
    continue;
  }
  describe(`margin head on ${name}`, () => {
    let engine: Engine;
    let before = 0;
    beforeAll(async () => {
      engine = await startEngine(name, { threads: 1, folder });
      before = numTensors();
    });
    afterAll(() => expect(numTensors(), 'tensors left behind').toBe(before));

    const group = (worldSize: number, overrides: Case = {}) =>
      new HeadGroup(engine, createInMemoryCollectives(worldSize), {
        loss: ARCFACE,
        optimizer: PLAIN_SGD,
        embeddingSize: D,
        numClasses: C,
        seed: 3,
        chunkSize: 4,
        ...overrides,
      });

    /** With momentum and decay 0 and rate 1 the velocity after a step is -dW. */
    async function compare(
      features: Float32Array,
      centers: Float32Array,
      tolerance: number,
      overrides: Case = {},
      worldSize = 2,
    ) {
      const heads = group(worldSize, overrides);
      await heads.load({ centers });
      const { loss, dFeatures } = await heads.step(features, labels, 1);
      const { centers: after, velocity } = await heads.slots();
      heads.dispose();
      const { scale, margin } = { ...ARCFACE, ...overrides.loss };
      const inputs = {
        features: Float64Array.from(features),
        centers: Float64Array.from(centers),
        labels,
        embeddingSize: D,
        scale,
        margin,
      };
      expect(Math.abs(loss / referenceLoss(inputs) - 1)).toBeLessThan(tolerance);
      const dCenters = velocity!.map((value) => -value);
      expect(relativeError(dFeatures, referenceGradient(inputs, 'features')), 'dX').toBeLessThan(tolerance);
      expect(relativeError(dCenters, referenceGradient(inputs, 'centers')), 'dW').toBeLessThan(tolerance);
      expect(
        relativeError(
          after!,
          centers.map((value, at) => Math.fround(value + velocity![at]!)),
        ),
        'W',
      ).toBeLessThan(1e-6);
    }

    const features = randoms(B * D, 1);
    const centers = randoms(C * D, 2);
    /** Features of row 1 and the center of its class under a given angle, along two axes. */
    const atAngle = (angle: number) => {
      const [x, w] = [features.slice(), centers.slice()];
      x.fill(0, D, 2 * D);
      w.fill(0, 10 * D, 11 * D);
      x[D] = 2;
      w[10 * D] = 0.5 * Math.cos(angle);
      w[10 * D + 1] = 0.5 * Math.sin(angle);
      return [x, w] as const;
    };

    it.each<[string, Case]>([
      ['scale 64: exponentials without a maximum', {}],
      ['scale 200: with the maximum', { loss: { ...ARCFACE, scale: 200 } }],
      ['logits computed again in the backward pass', { keptLogitsBytes: 0 }],
      ['one chunk', { chunkSize: 1000 }],
      ['a chunk per class', { chunkSize: 1 }],
      ['no margin', { loss: { ...ARCFACE, margin: 0 } }],
    ])('loss, dX and dW equal the float64 reference: %s', async (_, overrides) => {
      await compare(features, centers, 2e-5, overrides);
    });

    it.each([0.01, 0.1, Math.PI / 2, Math.PI - 0.6, Math.PI - 0.4, Math.PI - 0.1, Math.PI - 0.01])(
      'equals the float64 reference at a target angle of %f',
      // Where the sine is small, the projection cancels leading digits of float32.
      async (angle) => compare(...atAngle(angle), 2e-4),
    );

    it('equals the float64 reference for identical rows and for zero rows', async () => {
      const [x, w] = [features.slice(), centers.slice()];
      x.copyWithin(2 * D, 3 * D, 4 * D);
      w.copyWithin(0, 4 * D, 5 * D);
      await compare(x, w, 2e-5);
      w.fill(0, 5 * D, 6 * D);
      w.fill(0, 7 * D, 8 * D);
      x.fill(0, 5 * D, 6 * D);
      await compare(x, w, 2e-5);
    });

    it.each([0, Math.PI])('stays finite and bounded at an angle of exactly %f', async (angle) => {
      const [x, w] = atAngle(angle);
      const heads = group(1);
      await heads.load({ centers: w });
      const { loss, dFeatures } = await heads.step(x, labels, 1);
      heads.dispose();
      expect(loss).toBeGreaterThan(0);
      // |dL/dx| <= s (|slope of the clamped margin| sin + 1) / |x| per row, far below this.
      for (const value of dFeatures) expect(Math.abs(value)).toBeLessThan(200);
    });

    it('straight-through multiplies the target by 1 where the exact gradient has sin(theta + m) / sin(theta)', async () => {
      // One class and another: gradient of the target row by its center is s (p - 1) slope / B times the same vector.
      const run = async (gradient: 'exact' | 'straight-through') => {
        const heads = group(1, { loss: { ...ARCFACE, gradient } });
        await heads.load({ centers });
        const { loss } = await heads.step(features, labels, 1);
        const { velocity } = await heads.slots();
        heads.dispose();
        return { loss, row: velocity!.slice(10 * D, 11 * D) };
      };
      const [exact, through] = [await run('exact'), await run('straight-through')];
      expect(through.loss).toBe(exact.loss);
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
        Array.from(a).reduce((sum, value, at) => sum + value * b[at]!, 0);
      const [x, w] = [features.subarray(D, 2 * D), centers.subarray(10 * D)];
      const theta = Math.acos(dot(x, w) / Math.sqrt(dot(x, x) * dot(w, w)));
      // Non-target rows pull on this center too, but their share is the same in both; take it out by a third run's difference.
      const difference = exact.row.map((value, at) => value - through.row[at]!);
      const heads = group(1, { loss: { ...ARCFACE, gradient: 'straight-through', margin: 0.5 } });
      heads.dispose();
      const slope = Math.sin(theta + 0.5) / Math.sin(theta);
      // difference = -(slope - 1) s (p - 1) / B (x^ - w^ cos) / |w|
      const tangent = Array.from(
        x,
        (value, d) => value / Math.sqrt(dot(x, x)) - (Math.cos(theta) * w[d]!) / Math.sqrt(dot(w, w)),
      );
      const factor = dot(difference, tangent) / dot(tangent, tangent);
      const inputs = { features: Float64Array.from(x), centers: Float64Array.from(centers), labels: Int32Array.of(10) };
      const probability = Math.exp(-referenceLoss({ ...inputs, embeddingSize: D, scale: 64, margin: 0.5 }));
      const expected = ((slope - 1) * 64 * (1 - probability)) / B / Math.sqrt(dot(w, w));
      expect(factor / expected).toBeCloseTo(1, 4);
      expect(
        relativeError(
          difference,
          tangent.map((value) => value * factor),
        ),
      ).toBeLessThan(1e-4);
    });

    it('three ranks equal one rank over 25 closed-loop steps, with classes that do not divide', async () => {
      const options: Case = { optimizer: MOMENTUM };
      const one = group(1, options);
      const three = group(3, { ...options, chunkSize: 2 });
      expect(three.heads.map((head) => head.numLocalClasses)).toEqual([4, 4, 3]);
      expect((await three.slots()).centers).toEqual((await one.slots()).centers);
      let [x1, x3] = [features.slice(), features.slice()];
      let tensors = 0;
      const losses: number[] = [];
      for (let step = 0; step < 25; step++) {
        const batch = Int32Array.from(labels, (label) => (label + step) % C);
        const [a, b] = [await one.step(x1, batch, 0.005, step), await three.step(x3, batch, 0.005, step)];
        expect(Math.abs(b.loss / a.loss - 1), `loss of step ${step}`).toBeLessThan(1e-4);
        x1 = x1.map((value, at) => value - 0.01 * a.dFeatures[at]!);
        x3 = x3.map((value, at) => value - 0.01 * b.dFeatures[at]!);
        losses.push(a.loss);
        if (step === 0) tensors = numTensors();
        expect(numTensors(), `tensors after step ${step}`).toBe(tensors);
      }
      const [w1, w3] = [await one.slots(), await three.slots()];
      expect(relativeError(w3.centers!, w1.centers!)).toBeLessThan(1e-3);
      expect(relativeError(w3.velocity!, w1.velocity!)).toBeLessThan(1e-3);
      expect(relativeError(x3, x1)).toBeLessThan(1e-3);
      expect(new Set(losses).size).toBe(25);
      one.dispose();
      three.dispose();
    });

    it('learns: the loss of a fixed batch falls', async () => {
      const heads = group(2, { optimizer: { ...PLAIN_SGD, momentum: 0.9 } });
      const first = await heads.step(features, labels, 0.01);
      for (let step = 1; step < 30; step++) await heads.step(features, labels, 0.01, step);
      const last = await heads.step(features, labels, 0.01, 30);
      heads.dispose();
      expect(last.loss).toBeLessThan(first.loss / 2);
    });

    it('more ranks than classes: a rank without classes takes part', async () => {
      await compare(features, centers, 2e-5, {}, 13);
    });

    it('a value that is not finite stops all ranks before a row changes, naming step and rank', async () => {
      const heads = group(2);
      const clean = await heads.slots();
      const tensors = numTensors();
      const poisoned = features.slice();
      poisoned[4 * D] = NaN;
      for (const outcome of await heads.settle(split(poisoned, B, 2), labels, 1, 17)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'non_finite', details: { step: 17, rank: 1 } } });
      }
      expect(await heads.slots()).toEqual(clean);

      const broken = centers.slice();
      broken[8 * D] = Infinity;
      await heads.load({ centers: broken });
      const loaded = await heads.slots();
      for (const outcome of await heads.settle(split(features, B, 2), labels, 1, 18)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'non_finite', details: { step: 18, rank: 1 } } });
      }
      expect(await heads.slots()).toEqual(loaded);
      expect(numTensors()).toBe(tensors);
      heads.dispose();
    });

    it('refuses labels out of range and features of another size', async () => {
      const heads = group(2);
      for (const label of [-1, C]) {
        const bad = labels.slice();
        bad[2] = label;
        for (const outcome of await heads.settle(split(features, B, 2), bad, 1, 1)) {
          expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'dataset_invalid', details: { row: 2, label } } });
        }
      }
      for (const outcome of await heads.settle(split(features.subarray(D), B - 1, 2), labels, 1, 1)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'shape_mismatch' } });
      }
      heads.dispose();
    });

    it('goes on exactly from its own rows, also at another world size', async () => {
      const options: Case = { optimizer: MOMENTUM };
      const first = group(2, options);
      await first.step(features, labels, 0.1);
      const saved = await first.slots();
      const second = group(3, { ...options, seed: 99 });
      await second.load(saved);
      expect(await second.slots()).toEqual(saved);
      const [a, b] = [await first.step(features, labels, 0.1, 1), await second.step(features, labels, 0.1, 1)];
      expect(Math.abs(b.loss / a.loss - 1)).toBeLessThan(1e-6);
      await expect(
        second.heads[0]!.load(() => Promise.resolve({ centers: new Float32Array(3), velocity: new Float32Array(3) })),
      ).rejects.toMatchObject({ code: 'checkpoint_mismatch' });
      first.dispose();
      second.dispose();
    });
  });
}
