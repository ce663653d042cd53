import { acceptsEpsilon, acceptsSqueezeExcitation, ArcFleetError, NETWORKS, type NetworkName, type OutputName } from '#contracts';

/** What is left open is as the catalog has it. */
export interface NetworkOptions {
  readonly name: string;
  readonly embeddingSize: number;
  /** Pixels of the input; faces are 112 x 112. */
  readonly height: number;
  readonly width: number;
  readonly output?: OutputName | undefined;
  /** Share of values that dropout sets to zero, where the output layers have dropout; in [0, 1). */
  readonly dropout?: number | undefined;
  readonly squeezeExcitation?: boolean | undefined;
  /** Factor on pixels after 127.5 was taken off: MXNet's networks have 1/128, those of arcface_torch 1/127.5. */
  readonly pixelScale?: number | undefined;
  /** Epsilon of every batch norm; null or absent: as the network was designed. The r networks and MobileFaceNets have a choice. */
  readonly epsilon?: number | null | undefined;
}

/** The same with nothing left open: what a network is built from. */
export interface ResolvedNetworkOptions {
  readonly name: string;
  readonly embeddingSize: number;
  readonly height: number;
  readonly width: number;
  readonly output: OutputName;
  readonly dropout: number;
  readonly squeezeExcitation: boolean;
  readonly pixelScale: number;
  readonly epsilon: number | null;
}

/** MXNet's networks multiply by this. */
export const MXNET_PIXEL_SCALE = 0.0078125;
/** arcface_torch's loader does: (x / 255 - 0.5) / 0.5. */
export const TORCH_PIXEL_SCALE = 1 / 127.5;
/** PyTorch's default epsilon of batch norm, which arcface_torch has everywhere. */
export const TORCH_EPSILON = 1e-5;

/** Networks that were designed in PyTorch. */
export const TORCH_DESIGNS: readonly string[] = ['mbf', 'r200'] satisfies NetworkName[];

/** @throws ArcFleetError `not_found` for a name outside the catalog, `validation_failed` for an option that the network lacks. */
export function resolveNetworkOptions(options: NetworkOptions): ResolvedNetworkOptions {
  const { name, embeddingSize, height, width, squeezeExcitation = false, epsilon = null } = options;
  if (!Object.hasOwn(NETWORKS, name)) {
    throw new ArcFleetError('not_found', `There is no network '${name}'; known: ${Object.keys(NETWORKS).join(', ')}`);
  }
  const facts = NETWORKS[name as NetworkName];
  const { output = facts.output, dropout = facts.dropout } = options;
  const { pixelScale = TORCH_DESIGNS.includes(name) ? TORCH_PIXEL_SCALE : MXNET_PIXEL_SCALE } = options;
  if (squeezeExcitation && !acceptsSqueezeExcitation(name)) {
    throw new ArcFleetError('validation_failed', `Network ${name} has no squeeze-and-excitation; the r networks have`, { name });
  }
  if (epsilon !== null && !acceptsEpsilon(name)) {
    throw new ArcFleetError('validation_failed', `Network ${name} has the epsilons that it was designed with`, { name });
  }
  return { name, embeddingSize, height, width, output, dropout, squeezeExcitation, pixelScale, epsilon };
}
