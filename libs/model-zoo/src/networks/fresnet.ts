import type { LayerFactory } from '../layer.js';
import { convolution, type Window } from '../layers/convolution.js';
import { gaussian, torchLinear, xavierGaussianOut, type WeightInitializer } from '../layers/initializers.js';
import { batchNorm, prelu } from '../layers/normalization.js';
import { outputLayers, type OutputStyle } from '../layers/outputs.js';
import { squeezeExcitation } from '../layers/squeeze-excitation.js';
import { identity, normalizePixels, repeat, residual, sequential } from '../layers/structure.js';
import type { ResolvedNetworkOptions } from '../network-options.js';

const SAME: Window = { kernel: 3, stride: 1, pad: 1 };
const HALVE: Window = { kernel: 3, stride: 2, pad: 1 };
const HALVE_POINT: Window = { kernel: 1, stride: 2, pad: 0 };

const WIDTHS = [64, 128, 256, 512];

interface Design {
  /** Residual units of the four stages. */
  readonly units: readonly [number, number, number, number];
  /** 3: batch norm first, nothing after the sum ("IR"); 1: batch norm last, PReLU after the sum. */
  readonly version?: 1 | 3;
  readonly epsilon?: number;
  readonly initializer?: WeightInitializer;
  readonly output?: OutputStyle;
}

/** LResNet by its design (insightface.md 4.1); names are those of fresnet. */
function fresnet(design: Design) {
  const { units, version = 3, initializer = xavierGaussianOut, output = {} } = design;
  const conv = (name: string, channels: number, window: Window) => convolution(name, channels, window, { initializer });

  return (options: ResolvedNetworkOptions): LayerFactory => {
    const epsilon = options.epsilon ?? design.epsilon ?? 2e-5;
    const norm = (name: string) => batchNorm(name, { epsilon });

    const branches = {
      1: (name: string, channels: number, window: Window): LayerFactory =>
        sequential(
          conv(`${name}_conv1`, channels, SAME),
          norm(`${name}_bn1`),
          prelu(`${name}_relu1`),
          conv(`${name}_conv2`, channels, window),
          norm(`${name}_bn2`),
        ),
      3: (name: string, channels: number, window: Window): LayerFactory =>
        sequential(
          norm(`${name}_bn1`),
          conv(`${name}_conv1`, channels, SAME),
          norm(`${name}_bn2`),
          prelu(`${name}_relu1`),
          conv(`${name}_conv2`, channels, window),
          norm(`${name}_bn3`),
        ),
    };

    /** The first unit of a stage halves the map; its shortcut is a projection. */
    const unit = (name: string, channels: number, isFirst: boolean, hasGate: boolean): LayerFactory => {
      const branch = branches[version](name, channels, isFirst ? HALVE : SAME);
      const sum = residual(
        hasGate ? sequential(branch, squeezeExcitation(`${name}_se`, { initializer })) : branch,
        isFirst ? sequential(conv(`${name}_conv1sc`, channels, HALVE_POINT), norm(`${name}_sc`)) : identity(),
      );
      return version === 1 ? sequential(sum, prelu(`${name}_relu3`)) : sum;
    };

    return sequential(
      normalizePixels(127.5, options.pixelScale),
      conv('conv0', 64, SAME),
      norm('bn0'),
      prelu('relu0'),
      repeat(WIDTHS.length, (stage) =>
        repeat(units[stage]!, (index) =>
          unit(`stage${stage + 1}_unit${index + 1}`, WIDTHS[stage]!, index === 0, options.squeezeExcitation),
        ),
      ),
      outputLayers(options.output, options, { epsilon, initializer, ...output }),
    );
  };
}

export const r18 = fresnet({ units: [2, 2, 2, 2] });
export const r34 = fresnet({ units: [3, 4, 6, 3] });
export const r50 = fresnet({ units: [3, 4, 14, 3] });
export const r50v1 = fresnet({ units: [3, 4, 14, 3], version: 1 });
export const r100 = fresnet({ units: [3, 13, 30, 3] });

/** arcface_torch's `r200`, with its epsilon and start values. */
export const r200 = fresnet({
  units: [6, 26, 60, 6],
  epsilon: 1e-5,
  initializer: gaussian(0.1),
  output: { dense: { initializer: torchLinear, biasInitializer: torchLinear } },
});
