import { describe, expect, it } from 'vitest';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '#engine';
import { eachEngine } from '../../../engine/src/testing/each-engine.js';
import { checkOp, operand, type Operands } from '../../../engine/src/testing/check-op.js';
import type { DropoutKey, ForwardContext, LayerFactory } from '../layer.js';
import { dropout } from './dropout.js';
import { equalizeNorms, globalAverage } from './pooling.js';
import { squeezeExcitation } from './squeeze-excitation.js';

const MAP = { height: 3, width: 2, channels: 32 };

function contextOf(tensors: Record<string, Tensor>, options: Partial<ForwardContext> = {}): ForwardContext {
  return {
    mode: 'train',
    bnGroupSize: 2,
    dropoutKey: null,
    parameter: (name) => tensors[name]!,
    statistic: () => {
      throw new RangeError('not read');
    },
    onBatchStatistics: () => undefined,
    ...options,
  };
}

const forward = (factory: LayerFactory, options: Partial<ForwardContext> = {}) => {
  const layer = factory(MAP);
  return (tensors: Record<string, Tensor>) => layer.forward(tensors.x!, contextOf(tensors, options));
};

function masked(count: number, dropoutKey: DropoutKey): Float32Array {
  return tf.tidy(
    () => forward(dropout('dropout', 0.4), { dropoutKey })({ x: tf.ones([count, 3, 2, 32]) }).dataSync() as Float32Array,
  );
}

eachEngine('layers of the networks', () => {
  it('squeeze-and-excitation equals its formula, and so do its gradients', async () => {
    const factory = squeezeExcitation('se');
    const inner = 2;
    const reference = (o: Operands) => {
      const x = o.x!.values;
      const { height, width, channels } = MAP;
      const area = height * width;
      return Float64Array.from(x, (value, index) => {
        const image = Math.floor(index / (area * channels));
        const channel = index % channels;
        let gate = o.se_conv2_bias!.values[channel]!;
        for (let h = 0; h < inner; h++) {
          let hidden = o.se_conv1_bias!.values[h]!;
          for (let c = 0; c < channels; c++) {
            let mean = 0;
            for (let p = 0; p < area; p++) mean += x[(image * area + p) * channels + c]! / area;
            hidden += mean * o.se_conv1_weight!.values[c * inner + h]!;
          }
          const slope = hidden > 0 ? 1 : o.se_relu1_gamma!.values[h]!;
          gate += hidden * slope * o.se_conv2_weight!.values[h * channels + channel]!;
        }
        return value / (1 + Math.exp(-gate));
      });
    };
    await checkOp(
      forward(factory),
      reference,
      {
        x: operand([2, 3, 2, 32], 1),
        ...Object.fromEntries(factory(MAP).parameters.map(({ name, shape }, index) => [name, operand(shape, index + 2)])),
      },
      { tolerance: 5e-5 },
    );
  });

  it.each([
    ['train', 2],
    ['eval', 1],
  ] as const)('norms are equal over a group of samples in %s mode (%d samples), and gradients are', async (mode, group) => {
    const { height, width, channels } = MAP;
    const positions = group * height * width;
    const reference = ({ x }: Operands) => {
      const norms = Array.from({ length: x!.values.length / channels }, (_, p) =>
        Math.hypot(...x!.values.subarray(p * channels, (p + 1) * channels)),
      );
      return x!.values.map((value, index) => {
        const position = Math.floor(index / channels);
        const first = Math.floor(position / positions) * positions;
        const mean = norms.slice(first, first + positions).reduce((sum, norm) => sum + norm, 0) / positions;
        return (value * mean) / norms[position]!;
      });
    };
    await checkOp(forward(equalizeNorms(), { mode }), reference, { x: operand([4, 3, 2, 32], 3) }, { tolerance: 5e-5 });
  });

  it('the global average equals its formula, and so does its gradient', async () => {
    const reference = ({ x }: Operands) => {
      const y = new Float64Array(2 * 32);
      x!.values.forEach((value, index) => (y[Math.floor(index / 192) * 32 + (index % 32)]! += value / 6));
      return y;
    };
    await checkOp(forward(globalAverage()), reference, { x: operand([2, 3, 2, 32], 4) });
  });

  it('dropout multiplies by its mask, and so does its gradient', async () => {
    const key = { seed: 3, step: 7, firstSample: 4 };
    const mask = masked(2, key);
    const reference = ({ x }: Operands) => x!.values.map((value, index) => value * mask[index]!);
    await checkOp(forward(dropout('dropout', 0.4), { dropoutKey: key }), reference, { x: operand([2, 3, 2, 32], 5) });
  });
});

describe('the mask of dropout', () => {
  const key = { seed: 1, step: 5, firstSample: 0 };

  it('is a sample of its own by its place in the global batch, however the batch is cut', () => {
    const whole = masked(6, key);
    const parts = [masked(2, key), masked(1, { ...key, firstSample: 2 }), masked(3, { ...key, firstSample: 3 })];
    expect([...whole]).toEqual(parts.flatMap((part) => [...part]));
  });

  it('is another one for another seed, step, sample and layer, and the same when the pass is repeated', () => {
    const first = masked(1, key).join();
    expect(masked(1, { ...key }).join()).toBe(first);
    const others = [{ seed: 2 }, { step: 6 }, { firstSample: 1 }].map((change) => masked(1, { ...key, ...change }).join());
    const other = tf.tidy(() =>
      forward(dropout('another', 0.4), { dropoutKey: key })({ x: tf.ones([1, 3, 2, 32]) })
        .dataSync()
        .join(),
    );
    expect(new Set([first, other, ...others]).size).toBe(5);
  });

  it('keeps 1 - rate of the values and the mean', () => {
    const mask = masked(500, key); // 96,000 values: four standard deviations are 0.0063
    const kept = mask.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.6)]));
    expect(Math.abs(kept.length / mask.length - 0.6)).toBeLessThan(0.0063);
  });

  it('is not drawn in eval mode; in train mode there must be a key', () => {
    tf.tidy(() => {
      const x = tf.ones([1, 3, 2, 32]);
      expect(forward(dropout('dropout', 0.4), { mode: 'eval' })({ x })).toBe(x);
      expect(() => forward(dropout('dropout', 0.4))({ x })).toThrow(/needs a dropoutKey/);
    });
  });
});
