import type { FunctionBuilder } from './assembler.js';
import { perChannel } from './per-channel-code.js';

/** `moments(rows, bytes, x, centre, sum, square)`: adds up `x - centre` and its square. */
const moments = (): FunctionBuilder =>
  perChannel({
    name: 'moments',
    inputs: 1,
    hasOutput: false,
    coefficients: 1,
    sums: 2,
    step: (lanes, [x], [centre]) => {
      const centred = lanes.sub(x!, centre!);
      return { sums: [centred, lanes.mul(centred, centred)] };
    },
  });

/** `normalize(rows, bytes, x, y, mean, scale, shift)`: `(x - mean) scale + shift`. */
const normalize = (): FunctionBuilder =>
  perChannel({
    name: 'normalize',
    inputs: 1,
    hasOutput: true,
    coefficients: 3,
    sums: 0,
    step: (lanes, [x], [mean, scale, shift]) => ({ output: lanes.add(lanes.mul(lanes.sub(x!, mean!), scale!), shift!) }),
  });

/** `normalizeGradSums(rows, bytes, dy, x, mean, sumDy, sumDyX)`: adds up `dy` and `dy (x - mean)`. */
const normalizeGradSums = (): FunctionBuilder =>
  perChannel({
    name: 'normalizeGradSums',
    inputs: 2,
    hasOutput: false,
    coefficients: 1,
    sums: 2,
    step: (lanes, [dy, x], [mean]) => ({ sums: [dy!, lanes.mul(dy!, lanes.sub(x!, mean!))] }),
  });

/** `normalizeGrad(rows, bytes, dy, x, dx, mean, scale, slope, shift)`: `dy scale - (x - mean) slope - shift`. */
const normalizeGrad = (): FunctionBuilder =>
  perChannel({
    name: 'normalizeGrad',
    inputs: 2,
    hasOutput: true,
    coefficients: 4,
    sums: 0,
    step: (lanes, [dy, x], [mean, scale, slope, shift]) => ({
      output: lanes.sub(lanes.sub(lanes.mul(dy!, scale!), lanes.mul(lanes.sub(x!, mean!), slope!)), shift!),
    }),
  });

/** `prelu(rows, bytes, x, y, slope)` */
const prelu = (): FunctionBuilder =>
  perChannel({
    name: 'prelu',
    inputs: 1,
    hasOutput: true,
    coefficients: 1,
    sums: 0,
    step: (lanes, [x], [slope]) => ({ output: lanes.select(x!, lanes.mul(x!, slope!), lanes.gt(x!, lanes.zero())) }),
  });

/** `preluGrad(rows, bytes, dy, x, dx, slope, dSlope)` */
const preluGrad = (): FunctionBuilder =>
  perChannel({
    name: 'preluGrad',
    inputs: 2,
    hasOutput: true,
    coefficients: 1,
    sums: 1,
    step: (lanes, [dy, x], [slope]) => ({
      output: lanes.select(dy!, lanes.mul(dy!, slope!), lanes.gt(x!, lanes.zero())),
      sums: [lanes.mul(dy!, lanes.min(x!, lanes.zero()))],
    }),
  });

export const channelFunctions = (): FunctionBuilder[] => [
  moments(),
  normalize(),
  normalizeGradSums(),
  normalizeGrad(),
  prelu(),
  preluGrad(),
];
