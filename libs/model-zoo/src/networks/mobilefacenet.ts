import type { LayerFactory } from '../layer.js';
import { outputLayers, type OutputStyle } from '../layers/outputs.js';
import { normalizePixels, repeat, residual, sequential } from '../layers/structure.js';
import { convUnit, depthwiseUnit, linearUnit, type UnitOptions } from '../layers/units.js';
import type { ResolvedNetworkOptions } from '../network-options.js';

const POINT = { kernel: 1, stride: 1, pad: 0 };
const SAME = { kernel: 3, stride: 1, pad: 1 };
const HALVE = { kernel: 3, stride: 2, pad: 1 };

interface Design {
  /** Residual blocks of the four stages; a first stage of one block is a plain depthwise convolution. */
  readonly blocks: readonly [number, number, number, number];
  /** Factor on the widths between bottlenecks; the insides of bottlenecks stay. */
  readonly scale?: number;
  readonly units?: UnitOptions;
  readonly output?: OutputStyle;
}

/** MobileFaceNet by its design (insightface.md 4.2); names are those of fmobilefacenet. */
function mobileFaceNet({ blocks, scale = 1, ...design }: Design) {
  return (options: ResolvedNetworkOptions): LayerFactory => {
    const { epsilon } = options;
    const units: UnitOptions = { ...design.units, ...(epsilon !== null && { epsilon }) };
    const output: OutputStyle = { ...design.output, ...(epsilon !== null && { epsilon, gdcEpsilon: epsilon }) };
    /** 1x1 to `width`, depthwise 3x3, linear 1x1 to `channels` (DResidual). */
    const bottleneck = (name: string, width: number, channels: number, window: typeof SAME): LayerFactory =>
      sequential(
        convUnit(`${name}_conv_sep`, width, POINT, units),
        depthwiseUnit(`${name}_conv_dw`, window, units),
        linearUnit(`${name}_conv_proj`, channels * scale, POINT, units),
      );
    const stage = (name: string, count: number, width: number, channels: number): LayerFactory =>
      repeat(count, (index) => residual(bottleneck(`${name}_block${index}`, width, channels, SAME)));
    const second =
      scale === 1 ? depthwiseUnit('conv_2_dw', SAME, units) : convUnit('conv_2_dw', 64 * scale, SAME, { ...units, groups: 64 });

    return sequential(
      normalizePixels(127.5, options.pixelScale),
      convUnit('conv_1', 64 * scale, HALVE, units),
      blocks[0] === 1 ? second : stage('res_2', blocks[0], 64, 64),
      bottleneck('dconv_23', 128, 64, HALVE),
      stage('res_3', blocks[1], 128, 64),
      bottleneck('dconv_34', 256, 128, HALVE),
      stage('res_4', blocks[2], 256, 128),
      bottleneck('dconv_45', 512, 128, HALVE),
      stage('res_5', blocks[3], 256, 128),
      convUnit('conv_6sep', 512, POINT, units),
      outputLayers(options.output, options, output),
    );
  };
}

/** InsightFace's `y1`: at embedding size 128 1,003,264 parameters, 19,584 running statistics, 439.8 MFLOP an image. */
export const y1 = mobileFaceNet({ blocks: [1, 4, 6, 2] });

/** InsightFace's `y2`. */
export const y2 = mobileFaceNet({ blocks: [2, 8, 16, 4] });

/** arcface_torch's `mbf`: twice the width between bottlenecks, PyTorch's epsilon, gamma learned throughout. */
export const mbf = mobileFaceNet({
  blocks: [1, 4, 6, 2],
  scale: 2,
  units: { epsilon: 1e-5 },
  output: { epsilon: 1e-5, gdcEpsilon: 1e-5, dense: { bias: false }, isGammaFixed: false },
});
