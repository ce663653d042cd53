import type { LayerFactory } from '../layer.js';
import { outputLayers } from '../layers/outputs.js';
import { normalizePixels, residual, sequential } from '../layers/structure.js';
import { convUnit, linearUnit } from '../layers/units.js';
import type { ResolvedNetworkOptions } from '../network-options.js';

const SAME = { kernel: 3, stride: 1, pad: 1 };
const HALVE = { kernel: 3, stride: 2, pad: 1 };

function block(name: string, channels: number): LayerFactory {
  return residual(sequential(convUnit(`${name}_a`, channels, SAME), linearUnit(`${name}_b`, channels, SAME)));
}

/**
 * A small residual network for the demo and the tests: nearly all of its work is 3x3 convolutions on 14 x 14 and 7 x 7 maps,
 * because small engines are fastest there. At 112 x 112 pixels: 45 MFLOP an image forward (y1: 440). Not a published network.
 */
export function tiny(options: ResolvedNetworkOptions): LayerFactory {
  return sequential(
    normalizePixels(127.5, options.pixelScale),
    convUnit('patch', 32, { kernel: 4, stride: 4, pad: 0 }),
    convUnit('down_2', 48, HALVE),
    block('res_2', 48),
    convUnit('down_3', 96, HALVE),
    block('res_3', 96),
    outputLayers(options.output, options),
  );
}
