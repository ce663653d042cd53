import { fillUniform, streamOf } from '#contracts';
import { tf } from '#engine';
import type { DropoutKey, LayerFactory } from '../layer.js';
import { stateless } from './structure.js';

/**
 * Inverted dropout: in train mode each value is zero with probability `rate`, else divided by 1 - rate; in eval mode nothing
 * happens. A sample's mask depends on (seed, name, step, place of the sample in the global batch) alone.
 *
 * @throws RangeError in train mode without a `dropoutKey`.
 */
export function dropout(name: string, rate: number): LayerFactory {
  return (input) => {
    const size = input.height * input.width * input.channels;
    return stateless(input, { kind: 'dropout', rate }, (x, { mode, dropoutKey }) => {
      if (mode === 'eval' || rate === 0) return x;
      if (dropoutKey === null) throw new RangeError(`Dropout ${name} needs a dropoutKey in train mode`);
      return tf.mul(x, tf.tensor(dropoutMask(name, rate, dropoutKey, x.shape[0]!, size), x.shape));
    });
  };
}

/** `count` x `size` values, 0 or 1 / (1 - rate). */
function dropoutMask(name: string, rate: number, { seed, step, firstSample }: DropoutKey, count: number, size: number) {
  const mask = new Float32Array(count * size);
  const stream = streamOf(name);
  for (let index = 0; index < count; index++) {
    fillUniform(seed, stream, step * 2 ** 22 + firstSample + index, mask.subarray(index * size, (index + 1) * size));
  }
  const kept = 1 / (1 - rate);
  for (let index = 0; index < mask.length; index++) mask[index] = mask[index]! < rate ? 0 : kept;
  return mask;
}
