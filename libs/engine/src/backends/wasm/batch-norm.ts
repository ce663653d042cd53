import { address, floats, functionsOf, withOutputs, withScratch, type WasmBackend } from './memory.js';
import { sizeOf, type Kernel } from './kernel.js';

/** How often the square of the mean may exceed the variance before the sums are taken again. */
const MAX_OFFSET = 16;

/** `ArcBatchNormTrain`: one pass for the moments, one for the output; what is per channel is done here, in float64. */
export const batchNormTrain: Kernel = (backend, { x, gamma, beta }, attrs) => {
  const groups = attrs.groups as number;
  const channels = x!.shape.at(-1)!;
  const rows = sizeOf(x!.shape) / groups / channels;
  return withOutputs(backend, [x!.shape, [groups, channels], [groups, channels]], (y, mean, variance) =>
    withScratch(backend, channels * 4, (scratch) => {
      const bytes = channels * 4;
      const [input, shift] = [address(backend, x!), address(backend, beta!)];
      const scales = floats(backend, scratch, channels);
      const gammas = floats(backend, address(backend, gamma!), channels);
      for (let group = 0; group < groups; group++) {
        const from = group * rows * bytes;
        const means = floats(backend, mean + group * bytes, channels);
        const variances = floats(backend, variance + group * bytes, channels);
        takeMoments(backend, input + from, rows, scratch + bytes, means, variances);
        for (let c = 0; c < channels; c++) scales[c] = gammas[c]! / Math.sqrt(variances[c]! + (attrs.eps as number));
        functionsOf(backend).normalize!(rows, bytes, input + from, y + from, mean + group * bytes, scratch, shift);
      }
    }),
  );
};

/**
 * Sums of `x` and of its square give mean and variance in one pass. Where the mean is so far from 0 that the squares would
 * cancel, the sums are taken once more around the mean.
 */
function takeMoments(
  backend: WasmBackend,
  x: number,
  rows: number,
  scratch: number,
  means: Float32Array,
  variances: Float32Array,
): void {
  const channels = means.length;
  const bytes = channels * 4;
  const centres = floats(backend, scratch, channels);
  const sums = floats(backend, scratch + bytes, channels * 2);
  centres.fill(0);
  for (let isCentred = false; ; isCentred = true) {
    sums.fill(0);
    functionsOf(backend).moments!(rows, bytes, x, scratch, scratch + bytes, scratch + 2 * bytes);
    let isExact = true;
    for (let c = 0; c < channels; c++) {
      const offset = sums[c]! / rows;
      const spread = Math.max(0, sums[channels + c]! / rows - offset * offset);
      means[c] = centres[c]! + offset;
      variances[c] = spread;
      if (offset * offset > MAX_OFFSET * spread) isExact = false;
    }
    if (isExact || isCentred) return;
    centres.set(means);
  }
}

/** `ArcBatchNormTrainGrad`: one pass for the two sums, one for `dx`. */
export const batchNormTrainGrad: Kernel = (backend, { dy, x, gamma, mean, variance }, attrs) => {
  const groups = attrs.groups as number;
  const channels = x!.shape.at(-1)!;
  const rows = sizeOf(x!.shape) / groups / channels;
  return withOutputs(backend, [x!.shape, [channels], [channels]], (dx, dGamma, dBeta) =>
    withScratch(backend, channels * 5, (scratch) => {
      const bytes = channels * 4;
      const { normalizeGradSums, normalizeGrad } = functionsOf(backend);
      const [input, gradient] = [address(backend, x!), address(backend, dy!)];
      const vector = (index: number) => floats(backend, scratch + index * bytes, channels);
      const [sumsDy, sumsDyX, scales, slopes, shifts] = [vector(0), vector(1), vector(2), vector(3), vector(4)];
      const gammas = floats(backend, address(backend, gamma!), channels);
      const dGammas = new Float64Array(channels);
      const dBetas = new Float64Array(channels);
      for (let group = 0; group < groups; group++) {
        const from = group * rows * bytes;
        const centre = address(backend, mean!) + group * bytes;
        const variances = floats(backend, address(backend, variance!) + group * bytes, channels);
        sumsDy.fill(0);
        sumsDyX.fill(0);
        normalizeGradSums!(rows, bytes, gradient + from, input + from, centre, scratch, scratch + bytes);
        for (let c = 0; c < channels; c++) {
          const rstd = 1 / Math.sqrt(variances[c]! + (attrs.eps as number));
          const scale = gammas[c]! * rstd;
          scales[c] = scale;
          slopes[c] = (scale * rstd * rstd * sumsDyX[c]!) / rows;
          shifts[c] = (scale * sumsDy[c]!) / rows;
          dGammas[c]! += rstd * sumsDyX[c]!;
          dBetas[c]! += sumsDy[c]!;
        }
        const coefficients = [2, 3, 4].map((index) => scratch + index * bytes);
        normalizeGrad!(rows, bytes, gradient + from, input + from, dx + from, centre, ...coefficients);
      }
      floats(backend, dGamma, channels).set(dGammas);
      floats(backend, dBeta, channels).set(dBetas);
    }),
  );
};
