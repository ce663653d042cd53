import type { LayerFactory } from '../layer.js';
import { convolution, depthwise, type Window } from '../layers/convolution.js';
import { xavierUniformIn } from '../layers/initializers.js';
import { batchNorm, sharedPrelu } from '../layers/normalization.js';
import { outputLayers } from '../layers/outputs.js';
import { normalizePixels, repeat, residual, sequential } from '../layers/structure.js';
import type { ResolvedNetworkOptions } from '../network-options.js';

const POINT = { kernel: 1, stride: 1, pad: 0 };

/** Widening inside, width, units, and stride and window of the first unit. */
const STAGES = [
  { name: 'stage2', expansion: 3, channels: 24, units: 3, stride: 2, kernel: 3 },
  { name: 'stage3', expansion: 3, channels: 40, units: 3, stride: 2, kernel: 5 },
  { name: 'stage4_1', expansion: 6, channels: 80, units: 3, stride: 2, kernel: 5 },
  { name: 'stage4_2', expansion: 6, channels: 96, units: 2, stride: 1, kernel: 3 },
  { name: 'stage5_1', expansion: 6, channels: 192, units: 4, stride: 2, kernel: 5 },
  { name: 'stage5_2', expansion: 6, channels: 320, units: 1, stride: 1, kernel: 3 },
] as const;

const initializer = xavierUniformIn;
const EPSILON = 1e-5;

const square = (kernel: number, stride: number): Window => ({ kernel, stride, pad: (kernel - 1) / 2 });

/** Names as Gluon counts them within a block. */
function conv(block: string, channels: number, window: Window, index = 0): LayerFactory {
  return sequential(convolution(`${block}_conv${index}`, channels, window, { initializer }), norm(block, index));
}

function depthwiseConv(block: string, window: Window): LayerFactory {
  return sequential(depthwise(`${block}_conv0`, window, { initializer }), norm(block), activation(block));
}

function norm(block: string, index = 0): LayerFactory {
  return batchNorm(`${block}_batchnorm${index}`, { epsilon: EPSILON });
}

function activation(block: string, index = 0): LayerFactory {
  return sharedPrelu(`${block}_prelu${index}`);
}

/** 1x1 to `expansion` times the channels that come in, depthwise, linear 1x1. */
function bottleneck(name: string, expansion: number, channels: number, window: Window): LayerFactory {
  return (input) =>
    sequential(
      conv(`${name}_expand`, input.channels * expansion, POINT),
      activation(`${name}_expand`),
      depthwiseConv(`${name}_dwise`, window),
      conv(`${name}_linear`, channels, POINT),
    )(input);
}

/** Only the first unit has the stage's window, and never a shortcut; those that follow have 3x3. */
function stage({ name, expansion, units, stride, kernel }: (typeof STAGES)[number], channels: number): LayerFactory {
  const unit = (index: number, window: Window) =>
    bottleneck(`mnasnet0_${name}_expandedconv${index}`, expansion, channels, window);
  return sequential(
    unit(0, square(kernel, stride)),
    repeat(units - 1, (index) => residual(unit(index + 1, square(3, 1)))),
  );
}

/** MNASNet as InsightFace uses it, with a stem that keeps the size (insightface.md 4.3); names are those of fmnasnet. */
function mnasNet(multiplier: number) {
  const width = (channels: number) => Math.floor(channels * multiplier);
  const [stem, separable, last] = ['mnasnet0_stage1_conv0', 'mnasnet0_stage1_sepconv0', 'mnasnet0_stage5_3'];
  return (options: ResolvedNetworkOptions): LayerFactory =>
    sequential(
      normalizePixels(127.5, options.pixelScale),
      sequential(conv(stem, width(32), square(3, 1)), activation(stem)),
      sequential(depthwiseConv(separable, square(3, 1)), conv(separable, width(16), POINT, 1), activation(separable, 1)),
      ...STAGES.map((each) => stage(each, width(each.channels))),
      sequential(conv(last, width(1024), POINT), activation(last)),
      outputLayers(options.output, options, { initializer }),
    );
}

/** InsightFace's `mnas`: at embedding size 256 3,260,556 parameters, 598 MFLOP an image. */
export const mnas = mnasNet(1);

/** InsightFace's `mnas05`: 925,400 parameters, 164 MFLOP an image. */
export const mnas05 = mnasNet(0.5);

/** InsightFace's `mnas025`: 286,782 parameters, 48 MFLOP an image. */
export const mnas025 = mnasNet(0.25);
