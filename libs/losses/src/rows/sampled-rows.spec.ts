import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInMemoryCollectives } from '#collective';
import type { ClassSamplingConfig, SoftmaxLossConfig } from '#contracts';
import { engineFolder, engineStatuses, startEngine } from '#engine';
import type { Engine } from '#engine';
import { RandomClasses } from '../sampling/random-classes.js';
import { ARCFACE, SOFTMAX, subCentersOf } from '../testing/cases.js';
import { HeadGroup, numTensors, PLAIN_SGD, randoms, relativeError, split } from '../testing/ranks.js';
import type { HeadGroupOptions } from '../testing/ranks.js';
import { reference } from '../testing/reference.js';

const B = 6;
const D = 8;
const C = 60;
const MOMENTUM = { ...PLAIN_SGD, momentum: 0.9, weightDecay: 5e-4 };
const RANDOM: ClassSamplingConfig = { name: 'random', rate: 0.4 };
const NEAREST: ClassSamplingConfig = { name: 'nearest', rate: 0.4, refreshSteps: 7 };
const features = randoms(B * D, 1);
const labelsAt = (step: number) => Int32Array.from([0, 59, 4, 4, 27, 33], (label) => (label + 5 * step) % C);

const folder = engineFolder(process.env);
for (const { name, available, detail } of await engineStatuses({ folder })) {
  if (!available) {
    console.info(`sampled rows: engine ${name} is not tested here: ${detail}`);
    continue;
  }
  describe(`sampled rows on ${name}`, () => {
    let engine: Engine;
    let before = 0;
    beforeAll(async () => {
      engine = await startEngine(name, { threads: 1, folder });
      before = numTensors();
    });
    afterAll(() => expect(numTensors(), 'tensors left behind').toBe(before));

    const group = (worldSize: number, classSampling: ClassSamplingConfig, overrides: Partial<HeadGroupOptions> = {}) =>
      new HeadGroup(engine, createInMemoryCollectives(worldSize), {
        loss: ARCFACE,
        optimizer: MOMENTUM,
        embeddingSize: D,
        numClasses: C,
        seed: 3,
        chunkSize: 7,
        classSampling,
        ...overrides,
      });

    /** Steps `from .. to - 1` with features that follow their gradient; the losses. */
    async function train(heads: HeadGroup, x: Float32Array, from: number, to: number): Promise<number[]> {
      const losses: number[] = [];
      for (let step = from; step < to; step++) {
        const { loss, dFeatures } = await heads.step(x, labelsAt(step), 0.02, step);
        for (const [at, value] of dFeatures.entries()) x[at] = x[at]! - 0.01 * value;
        losses.push(loss);
      }
      return losses;
    }

    it.each<ClassSamplingConfig>([
      { name: 'random', rate: 1 },
      { name: 'nearest', rate: 1, refreshSteps: 4 },
    ])('%s with rate 1 equals no sampling', async (sampling) => {
      const [all, sampled] = [group(2, { name: 'none' }), group(2, sampling)];
      const [x, y] = [features.slice(), features.slice()];
      const expected = await train(all, x, 1, 12);
      const losses = await train(sampled, y, 1, 12);
      for (const [at, loss] of losses.entries()) expect(Math.abs(loss / expected[at]! - 1)).toBeLessThan(1e-6);
      const [a, b] = [await all.slots(), await sampled.slots()];
      expect(relativeError(b['centers']!, a['centers']!)).toBeLessThan(1e-6);
      expect(relativeError(b['velocity']!, a['velocity']!)).toBeLessThan(1e-6);
      expect(relativeError(y, x)).toBeLessThan(1e-6);
      all.dispose();
      sampled.dispose();
    });

    it.each([
      ['one row of W', {}],
      ['three sub-centers', { loss: { ...ARCFACE, subCenters: 3 } }],
    ] as [string, Partial<HeadGroupOptions>][])(
      'rows that are not sampled do not change by a bit, all others do: %s',
      async (_, overrides) => {
        const heads = group(2, RANDOM, overrides);
        await train(heads, features.slice(), 1, 6);
        const old = await heads.slots();
        const labels = labelsAt(6);
        const { metrics } = await heads.step(features, labels, 0.02, 6);
        const now = await heads.slots();
        heads.dispose();
        const sampler = new RandomClasses({
          sampling: { name: 'random', rate: 0.4 },
          seed: 3,
          numClasses: C,
          classStart: 0,
          numLocalClasses: C,
        });
        const [collective] = createInMemoryCollectives(1);
        const { local } = await sampler.select({ step: 6, labels, features, collective: collective! });
        expect(local.length).toBe(24);
        expect(metrics).toMatchObject({ activeClasses: 24 });
        const width = old['centers']!.length / C;
        for (let label = 0; label < C; label++) {
          for (const slot of ['centers', 'velocity']) {
            const cut = (values: number[]) => values.slice(label * width, (label + 1) * width);
            const [was, is] = [cut(old[slot]!), cut(now[slot]!)];
            if (local.includes(label)) expect(is, `${slot} of class ${label}`).not.toEqual(was);
            else expect(is, `${slot} of class ${label}`).toEqual(was);
          }
        }
      },
    );

    it.each([
      ['arcface', ARCFACE],
      ['arcface with 3 sub-centers', { ...ARCFACE, subCenters: 3 }],
      ['softmax with bias', SOFTMAX],
    ] as [string, SoftmaxLossConfig][])(
      'loss and gradients equal the float64 reference over the sampled classes alone: %s',
      async (_, loss) => {
        const width = subCentersOf(loss) * D;
        const [all, bias] = [randoms(C * width, 2), randoms(C, 4)];
        for (const sampling of [RANDOM, NEAREST, { name: 'random', rate: 0 } as const]) {
          const heads = group(3, sampling, { optimizer: PLAIN_SGD, loss });
          await heads.load({ centers: all, bias });
          const labels = labelsAt(0);
          const step = await heads.step(features, labels, 1, 1);
          const { velocity, bias_velocity: biasVelocity } = await heads.slots();
          heads.dispose();
          // Momentum and decay are 0 and the rate 1: the velocity is -dW, and no class's gradient vanishes.
          const row = (values: ArrayLike<number>, at: number) =>
            Array.from({ length: width }, (__, d) => values[at * width + d]!);
          const selected = Array.from({ length: C }, (__, label) => label).filter((label) =>
            row(velocity!, label).some((value) => value !== 0),
          );
          expect(selected.length).toBe(sampling.rate === 0 ? 5 : 24);
          const expected = reference({
            loss,
            features: Float64Array.from(features),
            centers: Float64Array.from(selected.flatMap((label) => row(all, label))),
            ...(biasVelocity && { bias: Float64Array.from(selected, (label) => bias[label]!) }),
            labels: labels.map((label) => selected.indexOf(label)),
            embeddingSize: D,
          });
          expect(Math.abs(step.loss / expected.loss - 1)).toBeLessThan(2e-5);
          expect(relativeError(step.dFeatures, expected.features), 'dX').toBeLessThan(2e-5);
          const descent = selected.flatMap((label) => row(velocity!, label));
          expect(
            relativeError(
              descent,
              expected.centers.map((value) => -value),
            ),
            'dW',
          ).toBeLessThan(2e-5);
          if (!biasVelocity) continue;
          const biasDescent = selected.map((label) => biasVelocity[label]!);
          expect(
            relativeError(
              biasDescent,
              expected.bias.map((value) => -value),
            ),
            'dbias',
          ).toBeLessThan(2e-5);
        }
      },
    );

    it.each([RANDOM, NEAREST])('$name: two and three ranks equal one over 20 steps, and no tensor stays', async (sampling) => {
      const one = group(1, sampling);
      const x = features.slice();
      const expected = await train(one, x, 1, 21);
      const a = await one.slots();
      one.dispose();
      expect(new Set(expected).size).toBe(20);
      for (const worldSize of [2, 3]) {
        const many = group(worldSize, sampling, { chunkSize: 4 });
        const y = features.slice();
        const losses = await train(many, y, 1, 2);
        const tensors = numTensors();
        losses.push(...(await train(many, y, 2, 21)));
        expect(numTensors()).toBe(tensors);
        for (const [at, loss] of losses.entries()) {
          expect(Math.abs(loss / expected[at]! - 1), `loss of step ${at + 1} at ${worldSize} ranks`).toBeLessThan(1e-4);
        }
        const b = await many.slots();
        expect(relativeError(b['centers']!, a['centers']!)).toBeLessThan(1e-3);
        expect(relativeError(b['velocity']!, a['velocity']!)).toBeLessThan(1e-3);
        expect(relativeError(y, x)).toBeLessThan(1e-3);
        many.dispose();
      }
    });

    it.each([RANDOM, NEAREST])('$name: a run that is resumed at any step goes on as if never stopped', async (sampling) => {
      const whole = group(2, sampling);
      const x = features.slice();
      for (let stop = 1; stop <= 9; stop++) {
        const saved = await whole.slots();
        const resumed = group(2, sampling, { seed: 3 });
        await resumed.load(saved);
        expect(await resumed.slots()).toEqual(saved);
        const y = x.slice();
        // Up to a refresh and past it.
        const losses = [await train(whole, x, stop, stop + 1), await train(resumed, y, stop, stop + 1)];
        expect(losses[1]).toEqual(losses[0]);
        expect(await resumed.slots()).toEqual(await whole.slots());
        expect(y).toEqual(x);
        resumed.dispose();
      }
      whole.dispose();
    });

    it.each([RANDOM, NEAREST])('$name: a rank without classes takes part, also after loading', async (sampling) => {
      const labels = Int32Array.of(0, 1, 2, 2, 1, 0);
      const heads = group(5, { ...sampling, rate: 1 } as ClassSamplingConfig, { numClasses: 3 });
      const one = group(1, { ...sampling, rate: 1 } as ClassSamplingConfig, { numClasses: 3 });
      const [a, b] = [await heads.step(features, labels, 0.1, 1), await one.step(features, labels, 0.1, 1)];
      expect(Math.abs(a.loss / b.loss - 1)).toBeLessThan(1e-6);
      await heads.load(await heads.slots());
      await one.load(await one.slots());
      const [c, d] = [await heads.step(features, labels, 0.1, 2), await one.step(features, labels, 0.1, 2)];
      expect(Math.abs(c.loss / d.loss - 1)).toBeLessThan(1e-5);
      heads.dispose();
      one.dispose();
    });

    it('a value that is not finite stops all ranks before a row changes', async () => {
      const heads = group(2, NEAREST);
      await heads.step(features, labelsAt(1), 0.02, 1);
      const clean = await heads.slots();
      const tensors = numTensors();
      const poisoned = features.slice();
      poisoned[4 * D] = NaN;
      for (const outcome of await heads.settle(split(poisoned, B, 2), labelsAt(2), 0.02, 2)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'non_finite', details: { step: 2, rank: 1 } } });
      }
      expect(await heads.slots()).toEqual(clean);
      const broken = clean['centers']!.slice();
      broken[33 * D] = Infinity;
      await heads.load({ ...clean, centers: broken });
      const loaded = await heads.slots();
      for (const outcome of await heads.settle(split(features, B, 2), Int32Array.of(33, 33, 33, 33, 33, 33), 0.02, 2)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'non_finite', details: { step: 2, rank: 1 } } });
      }
      expect(await heads.slots()).toEqual(loaded);
      expect(numTensors()).toBe(tensors);
      heads.dispose();
    });

    it('gives its slots one by one as it gives them together', async () => {
      const heads = group(1, NEAREST);
      await heads.step(features, labelsAt(1), 0.02, 1);
      const all = await heads.slots();
      const [head] = heads.heads;
      expect(head!.slots.map(({ name }) => name)).toEqual(['centers', 'velocity', 'cell', 'cell_centroids']);
      for (const { name } of head!.slots) {
        const values: number[] = [];
        for await (const { slots } of head!.rows(name)) {
          expect(Object.keys(slots)).toEqual([name]);
          values.push(...slots[name]!);
        }
        expect(values, name).toEqual(all[name]);
      }
      heads.dispose();
    });

    it('refuses a checkpoint of another size', async () => {
      const heads = group(1, RANDOM);
      const short = () => Promise.resolve({ centers: new Float32Array(3), velocity: new Float32Array(C * D) });
      await expect(heads.heads[0]!.load(short)).rejects.toMatchObject({ code: 'checkpoint_mismatch' });
      heads.dispose();
    });
  });
}
