import type { LayerFactory } from '../layer.js';
import { convolution, wholeMap, type Window } from '../layers/convolution.js';
import { xavierUniformIn } from '../layers/initializers.js';
import { batchNorm, prelu } from '../layers/normalization.js';
import { outputLayers } from '../layers/outputs.js';
import { identity, normalizePixels, repeat, residual, sequential } from '../layers/structure.js';
import type { ResolvedNetworkOptions } from '../network-options.js';

const POINT = { kernel: 1, stride: 1, pad: 0 };
const SAME = { kernel: 3, stride: 1, pad: 1 };
const HALVE = { kernel: 3, stride: 2, pad: 1 };

/** Channels of a group; their number varies instead ("variable group convolution"). */
const GROUP = 8;
const STEM = 40;
const STAGES = [
  { channels: 80, units: 3 },
  { channels: 160, units: 7 },
  { channels: 320, units: 4 },
];
const LAST = 1024;

const initializer = xavierUniformIn;

/** Convolution and batch norm. `groups`: how many channels there are to one group; default all. */
function conv(name: string, channels: number, window: Window, group?: number): LayerFactory {
  return (input) => {
    const groups = group === undefined ? 1 : input.channels / group;
    return sequential(
      convolution(name, channels, window, { initializer, groups }),
      batchNorm(`${name}_bn`, { epsilon: 2e-5 }),
    )(input);
  };
}

/** 3x3 in groups to `factor` times the channels that come in, PReLU, linear 1x1 to `channels`. */
function separable(name: string, channels: number, window: Window, factor = 2): LayerFactory {
  return (input) =>
    sequential(
      conv(`${name}_conv2d_depthwise`, input.channels * factor, window, GROUP),
      prelu(`${name}_conv2d_depthwise_act`),
      conv(`${name}_conv2d_pointwise`, channels, POINT),
    )(input);
}

/** Two separable convolutions beside a shortcut, PReLU after the sum. */
function block(name: string, channels: number, window: Window, shortcut: LayerFactory, factor = 2): LayerFactory {
  const inner = sequential(
    separable(`${name}_sep1_data`, channels, window, factor),
    prelu(`${name}_sep1_data_conv2d_pointwise_act`),
    separable(`${name}_sep2_data`, channels, SAME, factor),
  );
  return sequential(residual(inner, shortcut), prelu(`${name}_out_data_act`));
}

/** Halves the map: the first convolution is the sum of two, and there is a convolution in the shortcut. */
function mergeBlock(name: string, channels: number): LayerFactory {
  const inner = sequential(
    residual(separable(`${name}_sep1_data_branch`, channels, HALVE), separable(`${name}_sep2_data_branch`, channels, HALVE)),
    prelu(`${name}_sep1_data_act`),
    separable(`${name}_sep2_data`, channels, SAME),
  );
  return sequential(residual(inner, separable(`${name}_shortcut`, channels, HALVE)), prelu(`${name}_out_data_act`));
}

function stage(name: string, channels: number, units: number): LayerFactory {
  return sequential(
    mergeBlock(`${name}_unit_1`, channels),
    repeat(units - 1, (index) => block(`${name}_unit_${index + 2}`, channels, SAME, identity())),
  );
}

const HEAD = 'vargface_head_head_pooling';

/**
 * VarGFaceNet at multiplier 1.25 (insightface.md 4.4, arXiv:1910.04985); names are those of InsightFace's vargfacenet, where
 * `depthwise` means in groups. At embedding size 512 4,957,512 parameters, 1.02 GFLOP an image.
 */
export function vargfacenet(options: ResolvedNetworkOptions): LayerFactory {
  return sequential(
    normalizePixels(127.5, options.pixelScale),
    sequential(conv('vargface_head_conv1', STEM, SAME), prelu('vargface_head_conv1_act')),
    block(HEAD, STEM, HALVE, separable(`${HEAD}_shortcut`, STEM, HALVE, 1), 1),
    ...STAGES.map(({ channels, units }, index) => stage(`vargface_stage_${index + 2}`, channels, units)),
    sequential(conv('embed_convx', LAST, POINT), prelu('embed_convx_act')),
    (input) => conv('embed_convx_depthwise', LAST, wholeMap(input), GROUP)(input),
    sequential(conv('embed_convx_pointwise', LAST / 2, POINT), prelu('embed_convx_pointwise_act')),
    outputLayers(options.output, options, { initializer }),
  );
}
