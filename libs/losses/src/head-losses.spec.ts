import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine } from '#engine';
import type { Engine } from '#engine';
import { createInMemoryCollectives } from '#collective';
import type { SoftmaxLossConfig } from '#contracts';
import {
  ARCFACE,
  B,
  C,
  COSFACE,
  D,
  degenerateInputs,
  inputsAtAngle,
  LABELS,
  LOSS_CASES,
  randomInputs,
  rowwiseError,
  SOFTMAX,
  subCentersOf,
  type HeadInputs,
} from './testing/cases.js';
import { HeadGroup, numTensors, PLAIN_SGD, type HeadGroupOptions } from './testing/ranks.js';
import { reference } from './testing/reference.js';

/** Of float32 against float64, row by row; measured: 2.2e-6 at most. */
const TOLERANCE = 1e-5;
/** Where the sine of a target's angle is small, the projection cancels leading digits of float32 times the margin's slope; measured: 1.8e-4. */
const TOLERANCE_AT_ANGLE = 5e-4;

const folder = engineFolder(process.env);
for (const { name, available, detail } of await engineStatuses({ folder })) {
  if (!available) {
    console.info(`losses of the head: engine ${name} is not tested here: ${detail}`);
    continue;
  }
  describe(`losses of the head on ${name}`, () => {
    let engine: Engine;
    let before = 0;
    beforeAll(async () => {
      engine = await startEngine(name, { threads: 1, folder });
      before = numTensors();
    });
    afterAll(() => expect(numTensors(), 'tensors left behind').toBe(before));

    const group = (loss: SoftmaxLossConfig, worldSize: number, overrides: Partial<HeadGroupOptions> = {}) =>
      new HeadGroup(engine, createInMemoryCollectives(worldSize), {
        loss,
        optimizer: PLAIN_SGD,
        embeddingSize: D,
        numClasses: C,
        seed: 3,
        chunkSize: 4,
        ...overrides,
      });

    /** Loss and gradients of one step; with momentum and decay 0 and rate 1 a velocity is minus the gradient. */
    async function run(loss: SoftmaxLossConfig, inputs: HeadInputs, worldSize = 1, overrides: Partial<HeadGroupOptions> = {}) {
      const heads = group(loss, worldSize, overrides);
      const { features, centers, bias } = inputs;
      await heads.load({ centers, bias });
      const step = await heads.step(features, LABELS, 1);
      const slots = await heads.slots();
      heads.dispose();
      const negative = (values: number[] = []) => values.map((value) => -value);
      return { ...step, slots, dCenters: negative(slots.velocity), dBias: negative(slots.bias_velocity) };
    }

    async function compare(
      loss: SoftmaxLossConfig,
      inputs: HeadInputs,
      tolerance: number,
      worldSize = 1,
      overrides: Partial<HeadGroupOptions> = {},
    ) {
      const hasBias = loss.name === 'softmax' && loss.bias;
      const expected = reference({
        loss,
        features: Float64Array.from(inputs.features),
        centers: Float64Array.from(inputs.centers),
        ...(hasBias ? { bias: Float64Array.from(inputs.bias) } : {}),
        labels: LABELS,
        embeddingSize: D,
      });
      const actual = await run(loss, inputs, worldSize, overrides);
      expect(Math.abs(actual.loss / expected.loss - 1), 'loss').toBeLessThan(tolerance);
      expect(actual.metrics?.accuracy, 'accuracy').toBeCloseTo(expected.accuracy, 12);
      const unit = (loss.name === 'softmax' ? 1 : loss.scale) / B;
      expect(rowwiseError(actual.dFeatures, expected.features, D, unit), 'dX').toBeLessThan(tolerance);
      expect(rowwiseError(actual.dCenters, expected.centers, D, unit), 'dW').toBeLessThan(tolerance);
      expect(rowwiseError(actual.dBias, hasBias ? expected.bias : [], C, unit), 'dBias').toBeLessThan(tolerance);
      const moved = inputs.centers.map((value, at) => value + actual.slots.velocity![at]!);
      expect(rowwiseError(actual.slots.centers!, moved, D, 1e-3), 'W').toBeLessThan(1e-6);
      return actual;
    }

    it.each(LOSS_CASES)('loss and gradients equal the float64 reference on 1, 2 and 3 ranks: %s', async (_, loss) => {
      for (const worldSize of [1, 2, 3]) await compare(loss, randomInputs(loss), TOLERANCE, worldSize);
    });

    it.each(LOSS_CASES)('so they do at target angles from 0 to pi: %s', async (_, loss) => {
      for (const angle of [0, 1e-4, 0.01, 0.1, Math.PI / 2, Math.PI - 0.6, Math.PI - 0.4, Math.PI - 0.01, Math.PI]) {
        await compare(loss, inputsAtAngle(loss, angle), TOLERANCE_AT_ANGLE);
      }
      // Nearer to pi sub-centers cannot stand apart in float32.
      if (subCentersOf(loss) === 1) await compare(loss, inputsAtAngle(loss, Math.PI - 1e-4), TOLERANCE_AT_ANGLE);
    });

    it.each(LOSS_CASES)('so they do with identical classes, zero classes and zero features: %s', async (_, loss) => {
      await compare(loss, degenerateInputs(loss), TOLERANCE, 2);
    });

    it.each<[string, Partial<HeadGroupOptions>]>([
      ['similarities computed again in the backward pass', { keptLogitsBytes: 0 }],
      ['one chunk', { chunkSize: 1000 }],
      ['a chunk per class', { chunkSize: 1 }],
    ])('so they do for any way to cut the work: %s', async (_, overrides) => {
      for (const [, loss] of LOSS_CASES) await compare(loss, randomInputs(loss), TOLERANCE, 2, overrides);
    });

    it('so they do with more ranks than classes', async () => {
      for (const [, loss] of LOSS_CASES) await compare(loss, randomInputs(loss), TOLERANCE, 13);
    });

    it('softmax without a bound: logits of thousands neither overflow nor vanish', async () => {
      const inputs = randomInputs(SOFTMAX);
      const loud = { ...inputs, features: inputs.features.map((value) => value * 4096) };
      // Logits near 5000 are float32 numbers 5e-4 apart.
      const { loss } = await compare(SOFTMAX, loud, 1e-3, 2);
      expect(loss).toBeGreaterThan(1000);
    });

    it('accuracy is the share of rows that are right without the margin', async () => {
      for (const [, loss] of LOSS_CASES) {
        const inputs = randomInputs(loss);
        // The first half of the rows stands on its class's first sub-center, too near to others for most margins.
        const width = subCentersOf(loss) * D;
        for (const [row, label] of LABELS.subarray(0, B / 2).entries()) {
          const norm = loss.name === 'softmax' ? 8 : 1;
          for (let d = 0; d < D; d++) inputs.features[row * D + d] = norm * inputs.centers[label * width + d]!;
        }
        const { metrics } = await compare(loss, inputs, TOLERANCE_AT_ANGLE, 3);
        expect(metrics!.accuracy).toBeGreaterThanOrEqual(0.5);
      }
    });

    it('a second sub-center that is never the nearest changes nothing and is not moved', async () => {
      for (const loss of [ARCFACE, COSFACE]) {
        const inputs = randomInputs(loss);
        // Of two equal ones the first is the nearest.
        const centers = new Float32Array(2 * inputs.centers.length);
        for (let at = 0; at < centers.length; at++) centers[at] = inputs.centers[Math.floor(at / (2 * D)) * D + (at % D)]!;
        const one = await run(loss, inputs);
        const two = await run({ ...loss, subCenters: 2 }, { ...inputs, centers });
        // Products of another shape may round in another order.
        expect(Math.abs(two.loss / one.loss - 1)).toBeLessThan(1e-6);
        expect(rowwiseError(two.dFeatures, one.dFeatures, D, 1)).toBeLessThan(1e-5);
        for (let c = 0; c < C; c++) {
          const row = (k: number) => two.slots.velocity!.slice((2 * c + k) * D, (2 * c + k + 1) * D);
          expect(rowwiseError(row(0), one.slots.velocity!.slice(c * D, (c + 1) * D), D, 1)).toBeLessThan(1e-5);
          expect(row(1).every((value) => value === 0)).toBe(true);
        }
      }
    });

    it('the first sub-center of a new head is the class center of one without; a bias starts at 0', async () => {
      const [one, three, linear] = [group(ARCFACE, 2), group({ ...ARCFACE, subCenters: 3 }, 3), group(SOFTMAX, 1)];
      const [plain, sub, biased] = [await one.slots(), await three.slots(), await linear.slots()];
      for (let c = 0; c < C; c++) {
        expect(sub.centers!.slice(3 * c * D, (3 * c + 1) * D)).toEqual(plain.centers!.slice(c * D, (c + 1) * D));
        expect(sub.centers!.slice((3 * c + 1) * D, (3 * c + 2) * D)).not.toEqual(plain.centers!.slice(c * D, (c + 1) * D));
      }
      expect(biased.bias).toEqual(new Array(C).fill(0));
      expect(biased.centers).toEqual(plain.centers);
      for (const heads of [one, three, linear]) heads.dispose();
    });

    it('a threshold that no cosine passes filters nothing: the same bits', async () => {
      const inputs = randomInputs(ARCFACE);
      const [none, all] = [await run(ARCFACE, inputs, 2), await run({ ...ARCFACE, interclassFilteringThreshold: 1 }, inputs, 2)];
      expect(all).toEqual(none);
      const some = await run({ ...ARCFACE, interclassFilteringThreshold: 0.2 }, inputs, 2);
      expect(some.loss).toBeLessThan(none.loss);
    });

    it.each([ARCFACE, SOFTMAX, { ...ARCFACE, subCenters: 3 }])(
      'a class center that is not finite stops all ranks before a row changes: %o',
      async (loss) => {
        const K = subCentersOf(loss);
        for (const poison of [NaN, Infinity]) {
          for (let k = 0; k < K; k++) {
            const { features, centers, bias } = randomInputs(loss);
            centers[(8 * K + k) * D] = poison;
            const heads = group(loss, 2);
            await heads.load({ centers, bias });
            const loaded = await heads.slots();
            const payload = [{ dtype: 'float32' as const, shape: [B, D], data: features }];
            for (const outcome of await heads.settle(payload, LABELS, 1, 18)) {
              expect(outcome).toMatchObject({
                status: 'rejected',
                reason: { code: 'non_finite', details: { step: 18, rank: 1 } },
              });
            }
            expect(await heads.slots()).toEqual(loaded);
            heads.dispose();
          }
        }
      },
    );
  });
}
