import type { Network } from './network.js';
import { TORCH_DESIGNS, TORCH_EPSILON, TORCH_PIXEL_SCALE, type ResolvedNetworkOptions } from './network-options.js';

/** Networks that arcface_torch has, by the names that it shares with MXNet. */
export const TORCH_NETWORKS = ['r18', 'r34', 'r50', 'r100', 'r200', 'mbf'] as const;

/** What every batch norm of a network that arcface_torch has adds to the variance. */
export function torchNetworkEpsilon({ name, epsilon }: Pick<ResolvedNetworkOptions, 'name' | 'epsilon'>): number {
  return epsilon ?? (TORCH_DESIGNS.includes(name) ? TORCH_EPSILON : 2e-5);
}

/** Constants of a network as arcface_torch trains it. */
export function torchConstants(name: string): Pick<ResolvedNetworkOptions, 'pixelScale' | 'epsilon'> {
  return { pixelScale: TORCH_PIXEL_SCALE, epsilon: TORCH_DESIGNS.includes(name) ? null : TORCH_EPSILON };
}

/** From the path of a layer here to the path of its module in arcface_torch; the first rule that fits counts. */
type Rules = readonly (readonly [pattern: RegExp, path: string | ((...groups: string[]) => string)])[];

const IRESNET: Rules = [
  [/^conv0$/, 'conv1'],
  [/^bn0$/, 'bn1'],
  [/^relu0$/, 'prelu'],
  [/^stage(\d)_unit(\d+)_(\w+)$/, (stage, unit, part) => `layer${stage}.${Number(unit) - 1}.${IRESNET_PARTS[part!] ?? part}`],
  [/^bn1$/, 'bn2'],
  [/^pre_fc1$/, 'fc'],
  [/^fc1$/, 'features'],
];
const IRESNET_PARTS: Readonly<Record<string, string>> = { relu1: 'prelu', conv1sc: 'downsample.0', sc: 'downsample.1' };

const MOBILE_FACE_NET: Rules = [
  [/^(conv_1|conv_2_dw|conv_6sep)_(\w+)$/, (unit, part) => `${MOBILE_UNITS[unit!]}.${MOBILE_PARTS[part!]}`],
  [/^(dconv_\d+)_(conv_[a-z]+)_(\w+)$/, (unit, conv, part) => inBottleneck(MOBILE_UNITS[unit!]!, conv!, part!)],
  [
    /^(res_\d)_block(\d+)_(conv_[a-z]+)_(\w+)$/,
    (stage, block, conv, part) => inBottleneck(`${MOBILE_UNITS[stage!]}.layers.${block}`, conv!, part!),
  ],
  [/^conv_6dw7_7_(\w+)$/, (part) => `features.layers.0.${MOBILE_PARTS[part!]}`],
  [/^pre_fc1$/, 'features.layers.2'],
  [/^fc1$/, 'features.layers.3'],
];
const MOBILE_UNITS: Readonly<Record<string, string>> = {
  conv_1: 'layers.0',
  conv_2_dw: 'layers.1',
  res_2: 'layers.1',
  dconv_23: 'layers.2',
  res_3: 'layers.3',
  dconv_34: 'layers.4',
  res_4: 'layers.5',
  dconv_45: 'layers.6',
  res_5: 'layers.7',
  conv_6sep: 'conv_sep',
};
const MOBILE_PARTS: Readonly<Record<string, string>> = { conv2d: 'layers.0', batchnorm: 'layers.1', relu: 'layers.2' };
const MOBILE_CONVS: Readonly<Record<string, string>> = {
  conv_sep: 'layers.0',
  conv_dw: 'layers.1',
  conv_proj: 'layers.2',
};

function inBottleneck(path: string, conv: string, part: string): string {
  return `${path}.${MOBILE_CONVS[conv]}.${MOBILE_PARTS[part]}`;
}

const ATTRIBUTES: Readonly<Record<string, string>> = { weight: 'weight', bias: 'bias', gamma: 'weight', beta: 'bias' };

/**
 * What arcface_torch's state dict calls the tensors of a network here: parameters by name, running statistics by the name of
 * their batch norm. It has the layers of `mbf` and of the r networks of version 3, with the outputs that it gives them.
 *
 * @throws RangeError for a layer that it does not have.
 */
export function torchNames({ name: network, parameters, statistics }: Pick<Network, 'name' | 'parameters' | 'statistics'>) {
  const rules = network === 'mbf' ? MOBILE_FACE_NET : IRESNET;
  const pathOf = (layer: string): string => {
    for (const [pattern, path] of rules) {
      const match = pattern.exec(layer);
      if (match) return typeof path === 'string' ? path : path(...match.slice(1));
    }
    throw new RangeError(`arcface_torch has no layer for ${layer} of network ${network}`);
  };
  return {
    parameters: new Map(
      parameters.map(({ name }) => {
        const cut = name.lastIndexOf('_');
        return [name, `${pathOf(name.slice(0, cut))}.${ATTRIBUTES[name.slice(cut + 1)]}`] as const;
      }),
    ),
    statistics: new Map(
      statistics.map(({ name }) => {
        const path = pathOf(name);
        return [name, { mean: `${path}.running_mean`, variance: `${path}.running_var` }] as const;
      }),
    ),
  };
}
