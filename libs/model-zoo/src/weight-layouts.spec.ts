import { describe, expect, it } from 'vitest';
import type { ParameterSpec } from './layer.js';
import { channelsFirstShape, fromChannelsFirst, toChannelsFirst } from './weight-layouts.js';

/** 0, 1, 2 ... in the original's order: a value is its place there. */
const places = (count: number) => Float32Array.from({ length: count }, (_, index) => index);

type Layouted = Pick<ParameterSpec, 'shape' | 'layout'>;

describe('layouts of weights', () => {
  it.each<[string, Layouted, number[], (ours: Float32Array) => number, number]>([
    // Filter (y 1, x 0), input 2, output 3 of 2 x 2 x 3 x 5; there: ((3 x 3 + 2) x 2 + 1) x 2 + 0.
    ['convolution', { shape: [2, 2, 3, 5], layout: { kind: 'convolution' } }, [5, 3, 2, 2], (w) => w[(2 * 3 + 2) * 5 + 3]!, 46],
    // Filter (y 1, x 0), channel 2 of 2 x 2 x 3; there: (2 x 2 + 1) x 2 + 0.
    ['depthwise', { shape: [2, 2, 3, 1], layout: { kind: 'depthwise' } }, [3, 1, 2, 2], (w) => w[2 * 3 + 2]!, 10],
    // Input (y 1, x 2, channel 1) of 2 x 3 x 2, output 3 of 4; there: 3 x 12 + (1 x 2 + 1) x 3 + 2.
    [
      'dense',
      { shape: [12, 4], layout: { kind: 'dense', input: { height: 2, width: 3, channels: 2 } } },
      [4, 12],
      (w) => w[((1 * 3 + 2) * 2 + 1) * 4 + 3]!,
      47,
    ],
    ['vector', { shape: [6] }, [6], (w) => w[4]!, 4],
  ])('%s goes there and back', (_, spec, shape, pick, place) => {
    expect(channelsFirstShape(spec)).toEqual(shape);
    const theirs = places(shape.reduce((product, size) => product * size, 1));
    const ours = fromChannelsFirst(spec, theirs);
    expect(pick(ours)).toBe(place);
    expect(toChannelsFirst(spec, ours)).toEqual(theirs);
  });
});
