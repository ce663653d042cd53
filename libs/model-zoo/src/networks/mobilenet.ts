import type { LayerFactory } from '../layer.js';
import { xavierUniformIn } from '../layers/initializers.js';
import { outputLayers } from '../layers/outputs.js';
import { normalizePixels, sequential } from '../layers/structure.js';
import { convUnit, depthwiseUnit } from '../layers/units.js';
import type { ResolvedNetworkOptions } from '../network-options.js';

const POINT = { kernel: 1, stride: 1, pad: 0 };
const SAME = { kernel: 3, stride: 1, pad: 1 };
const HALVE = { kernel: 3, stride: 2, pad: 1 };

/** Width after each pair, in units of the stem's, and the window of its depthwise convolution. */
const PAIRS = [
  [2, SAME],
  [4, HALVE],
  [4, SAME],
  [8, HALVE],
  [8, SAME],
  [16, HALVE],
  [16, SAME],
  [16, SAME],
  [16, SAME],
  [16, SAME],
  [16, SAME],
  [32, HALVE],
  [32, SAME],
] as const;

const initializer = xavierUniformIn;
const UNITS = { initializer, isGammaFixed: true };

/** Depthwise 3x3, then 1x1 to `channels`. */
function pair(name: string, channels: number, window: typeof SAME): LayerFactory {
  return sequential(depthwiseUnit(`${name}_dw`, window, UNITS), convUnit(name, channels, POINT, UNITS));
}

/**
 * MobileNet v1 for small inputs (insightface.md 4.4); names are those of fmobilenet. Whatever its width, GDC has 512 channels: in
 * `m1` each of them sees two of the 1024.
 */
function mobileNet(multiplier: number) {
  const width = 32 * multiplier;
  return (options: ResolvedNetworkOptions): LayerFactory =>
    sequential(
      normalizePixels(127.5, options.pixelScale),
      convUnit('conv_1', width, SAME, UNITS),
      ...PAIRS.map(([factor, window], index) => pair(`conv_${index + 2}`, width * factor, window)),
      outputLayers(options.output, options, { initializer, channels: 512 }),
    );
}

/** InsightFace's `m1`: at embedding size 256 3,400,960 parameters, 1.13 GFLOP an image. */
export const m1 = mobileNet(1);

/** InsightFace's `m05`: at embedding size 256 982,016 parameters, 297 MFLOP an image. */
export const m05 = mobileNet(0.5);
