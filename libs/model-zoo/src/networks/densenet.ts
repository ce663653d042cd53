import type { LayerFactory } from '../layer.js';
import { convolution, type Window } from '../layers/convolution.js';
import { xavierUniformIn } from '../layers/initializers.js';
import { batchNorm, relu, sharedPrelu } from '../layers/normalization.js';
import { outputLayers } from '../layers/outputs.js';
import { averagePool, maxPool } from '../layers/pooling.js';
import { appended, normalizePixels, repeat, sequential } from '../layers/structure.js';
import type { ResolvedNetworkOptions } from '../network-options.js';

const POINT = { kernel: 1, stride: 1, pad: 0 };
const SAME = { kernel: 3, stride: 1, pad: 1 };
const HALVE = { kernel: 3, stride: 2, pad: 1 };

/** Channels that a layer appends, and that it narrows what comes in to. */
const GROWTH = 32;
const BOTTLENECK = 4 * GROWTH;

const initializer = xavierUniformIn;

const conv = (name: string, channels: number, window: Window) => convolution(name, channels, window, { initializer });
const norm = (name: string) => batchNorm(name, { epsilon: 1e-5 });

/** Batch norm and PReLU, then the convolution: `pre-activation`. Names as Gluon counts them within a stage. */
function layer(stage: string, index: number): LayerFactory {
  const [first, second] = [2 * index, 2 * index + 1];
  return appended(
    sequential(
      norm(`${stage}_batchnorm${first}`),
      sharedPrelu(`${stage}_prelu${first}`),
      conv(`${stage}_conv${first}`, BOTTLENECK, POINT),
      norm(`${stage}_batchnorm${second}`),
      sharedPrelu(`${stage}_prelu${second}`),
      conv(`${stage}_conv${second}`, GROWTH, SAME),
    ),
  );
}

/** Half the channels at half the size. */
function transition(index: number): LayerFactory {
  return (input) =>
    sequential(
      norm(`densenet0_batchnorm${index + 1}`),
      sharedPrelu(`densenet0_prelu${index}`),
      conv(`densenet0_conv${index + 1}`, Math.floor(input.channels / 2), POINT),
      averagePool(2),
    )(input);
}

/** DenseNet-BC with a stem for small inputs (insightface.md 4.4); names are those of fdensenet. */
function denseNet(layers: readonly [number, number, number, number]) {
  const stage = (index: number) => repeat(layers[index]!, (each) => layer(`densenet0_stage${index + 1}`, each));
  return (options: ResolvedNetworkOptions): LayerFactory =>
    sequential(
      normalizePixels(127.5, options.pixelScale),
      sequential(conv('densenet0_conv0', 64, SAME), norm('densenet0_batchnorm0'), relu(), maxPool(HALVE)),
      repeat(3, (index) => sequential(stage(index), transition(index))),
      stage(3),
      sequential(norm('densenet0_batchnorm4'), relu()),
      outputLayers(options.output, options, { initializer }),
    );
}

/** InsightFace's `d169`. */
export const d169 = denseNet([6, 12, 32, 32]);

/** InsightFace's `d201`. */
export const d201 = denseNet([6, 12, 48, 32]);
