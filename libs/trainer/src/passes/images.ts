import { tf } from '#engine';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Backbone } from '../backbone.js';
import type { Batch } from '../data/batch-source.js';

/** Images `start`..`end` of a batch as a tensor; the caller disposes of it. */
export function imagesOf({ network }: Backbone, { pixels }: Batch, start: number, end: number): Tensor4D {
  const { height, width } = network;
  const length = height * width * 3;
  return tf.tensor4d(pixels.subarray(start * length, end * length), [end - start, height, width, 3]);
}
