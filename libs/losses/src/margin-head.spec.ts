import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine } from '#engine';
import type { Engine } from '#engine';
import { createInMemoryCollectives } from '#collective';
import { ARCFACE, B, C, COSFACE, D, LABELS as labels, NSOFTMAX, SOFTMAX } from './testing/cases.js';
import { ADAMW, HeadGroup, numTensors, PLAIN_SGD, randoms, relativeError, split } from './testing/ranks.js';
import type { HeadGroupOptions } from './testing/ranks.js';
import { reference } from './testing/reference.js';

const MOMENTUM = { ...PLAIN_SGD, momentum: 0.9, weightDecay: 5e-4 };
type Case = Partial<HeadGroupOptions>;
const KINDS: readonly (readonly [title: string, options: Case])[] = [
  ['arcface, SGD', { optimizer: MOMENTUM }],
  ['softmax with bias, SGD', { loss: SOFTMAX, optimizer: MOMENTUM }],
  [
    '3 sub-centers, filtered, SGD',
    { loss: { ...ARCFACE, subCenters: 3, interclassFilteringThreshold: 0.3 }, optimizer: MOMENTUM },
  ],
  ['cosface, AdamW', { loss: COSFACE, optimizer: ADAMW }],
  ['softmax with bias, AdamW', { loss: SOFTMAX, optimizer: ADAMW }],
];

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

    const features = randoms(B * D, 1);
    const centers = randoms(C * D, 2);

    it.each(KINDS)(
      'three ranks equal one rank over 25 closed-loop steps, with classes that do not divide: %s',
      async (_, options) => {
        const one = group(1, options);
        const three = group(3, { ...options, chunkSize: 2 });
        expect(three.heads.map((head) => head.numLocalClasses)).toEqual([4, 4, 3]);
        expect((await three.slots()).centers).toEqual((await one.slots()).centers);
        let [x1, x3] = [features.slice(), features.slice()];
        let tensors = 0;
        const losses: number[] = [];
        for (let step = 1; step <= 25; step++) {
          const batch = Int32Array.from(labels, (label) => (label + step) % C);
          const [a, b] = [await one.step(x1, batch, 0.005, step), await three.step(x3, batch, 0.005, step)];
          expect(Math.abs(b.loss / a.loss - 1), `loss of step ${step}`).toBeLessThan(1e-4);
          x1 = x1.map((value, at) => value - 0.01 * a.dFeatures[at]!);
          x3 = x3.map((value, at) => value - 0.01 * b.dFeatures[at]!);
          losses.push(a.loss);
          if (step === 1) tensors = numTensors();
          expect(numTensors(), `tensors after step ${step}`).toBe(tensors);
        }
        const [w1, w3] = [await one.slots(), await three.slots()];
        expect(Object.keys(w3)).toEqual(Object.keys(w1));
        for (const slot of Object.keys(w1)) expect(relativeError(w3[slot]!, w1[slot]!), slot).toBeLessThan(1e-3);
        expect(relativeError(x3, x1)).toBeLessThan(1e-3);
        expect(new Set(losses).size).toBe(25);
        one.dispose();
        three.dispose();
      },
    );

    it('learns: the loss of a fixed batch falls', async () => {
      const heads = group(2, { optimizer: { ...PLAIN_SGD, momentum: 0.9 } });
      const first = await heads.step(features, labels, 0.01);
      for (let step = 2; step <= 30; step++) await heads.step(features, labels, 0.01, step);
      const last = await heads.step(features, labels, 0.01, 31);
      heads.dispose();
      expect(last.loss).toBeLessThan(first.loss / 2);
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

    it('AdamW equals a float64 AdamW on the float64 gradients, its moments corrected by the step of the run', async () => {
      const loss = { ...NSOFTMAX, scale: 8 };
      const { beta1, beta2, epsilon, weightDecay } = ADAMW;
      const heads = group(2, { loss, optimizer: ADAMW });
      await heads.load({ centers });
      const w = Float64Array.from(centers);
      const [m1, m2] = [w.map(() => 0), w.map(() => 0)];
      // The second run of steps is as after a resume of a run whose moments were lost.
      for (const step of [1, 2, 3, 1000, 1001]) {
        const rate = 0.01 * (1 + (step % 3));
        await heads.step(features, labels, rate, step);
        const inputs = { loss, features: Float64Array.from(features), centers: w, labels, embeddingSize: D };
        const gradient = reference(inputs).centers;
        gradient.forEach((g, at) => {
          m1[at] = beta1 * m1[at]! + (1 - beta1) * g;
          m2[at] = beta2 * m2[at]! + (1 - beta2) * g * g;
          const move = m1[at]! / (1 - beta1 ** step) / (Math.sqrt(m2[at]! / (1 - beta2 ** step)) + epsilon);
          w[at] = w[at]! * (1 - rate * weightDecay) - rate * move;
        });
        const slots = await heads.slots();
        expect(relativeError(slots.centers!, w), `W after step ${step}`).toBeLessThan(1e-5);
        expect(relativeError(slots.moment1!, m1)).toBeLessThan(1e-5);
        expect(relativeError(slots.moment2!, m2)).toBeLessThan(1e-5);
      }
      heads.dispose();
    });

    it.each(KINDS)('goes on exactly from its own rows, also at another world size: %s', async (_, options) => {
      const first = group(2, options);
      await first.step(features, labels, 0.1, 1);
      const saved = await first.slots();
      for (const { name, width } of first.heads[0]!.slots) expect(saved[name], name).toHaveLength(C * width);
      const [same, other] = [group(2, { ...options, seed: 99 }), group(3, { ...options, seed: 99 })];
      for (const heads of [same, other]) {
        await heads.load(saved);
        expect(await heads.slots()).toEqual(saved);
      }
      const expected = await first.step(features, labels, 0.1, 2);
      expect(await same.step(features, labels, 0.1, 2)).toEqual(expected);
      expect(await same.slots()).toEqual(await first.slots());
      const { loss } = await other.step(features, labels, 0.1, 2);
      expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-6);
      for (const heads of [first, same, other]) heads.dispose();
    });

    it('reads each slot once when they are asked for one by one, and gives the same values', async () => {
      let numRead = 0;
      const readInto: Engine['readInto'] = (tensor, target) => {
        numRead += target.length;
        return engine.readInto(tensor, target);
      };
      const counting: Engine = Object.assign(Object.create(engine) as Engine, { readInto });
      const options = { loss: SOFTMAX, optimizer: ADAMW, embeddingSize: D, numClasses: C, seed: 3, chunkSize: 4 };
      const heads = new HeadGroup(counting, createInMemoryCollectives(1), options);
      await heads.step(features, labels, 0.1, 1);
      const all = await heads.slots();
      const [head] = heads.heads;
      numRead = 0;
      for (const { name } of head!.slots) {
        const values: number[] = [];
        for await (const { slots } of head!.rows(name)) {
          expect(Object.keys(slots)).toEqual([name]);
          values.push(...slots[name]!);
        }
        expect(values, name).toEqual(all[name]);
      }
      expect(head!.slots.map(({ name }) => name)).toHaveLength(6);
      expect(numRead).toBe(head!.slots.reduce((sum, { width }) => sum + C * width, 0));
      heads.dispose();
    });

    it('refuses rows that do not fit, or lack a slot', async () => {
      const heads = group(1);
      const centers = new Float32Array(4 * D);
      const unfit: Record<string, Float32Array>[] = [{ centers, velocity: new Float32Array(3) }, { centers }];
      for (const rows of unfit) {
        await expect(heads.heads[0]!.load(() => Promise.resolve(rows))).rejects.toMatchObject({
          code: 'checkpoint_mismatch',
          details: { slot: 'velocity' },
        });
      }
      heads.dispose();
    });
  });
}
