import { acceptsSqueezeExcitation, ArcFleetError, NETWORKS, type NetworkName, type OutputName } from '#contracts';

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
}

/** @throws ArcFleetError `not_found` for a name outside the catalog, `validation_failed` for an option that the network lacks. */
export function resolveNetworkOptions(options: NetworkOptions): ResolvedNetworkOptions {
  const { name, embeddingSize, height, width, squeezeExcitation = false } = options;
  if (!Object.hasOwn(NETWORKS, name)) {
    throw new ArcFleetError('not_found', `There is no network '${name}'; known: ${Object.keys(NETWORKS).join(', ')}`);
  }
  const facts = NETWORKS[name as NetworkName];
  const { output = facts.output, dropout = facts.dropout } = options;
  if (squeezeExcitation && !acceptsSqueezeExcitation(name)) {
    throw new ArcFleetError('validation_failed', `Network ${name} has no squeeze-and-excitation; the r networks have`, { name });
  }
  return { name, embeddingSize, height, width, output, dropout, squeezeExcitation };
}
