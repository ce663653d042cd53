import { NETWORK_NAMES, NETWORKS, type NetworkName, type OutputName } from '#contracts';
import { createNetwork } from './network.js';

/** A network of the catalog with its own embedding size and output layers, for faces of 112 x 112 pixels. */
export interface NetworkDescription {
  readonly name: NetworkName;
  readonly description: string;
  readonly embeddingSize: number;
  readonly output: OutputName;
  /** Learned values, the fixed gamma included. */
  readonly numParameters: number;
  /** Operations for one image, forward, in InsightFace's count (insightface.md 4.5). */
  readonly flops: number;
}

/** Every network, in the catalog's order. Shapes are computed, no tensor is made. */
export function describeNetworks(): NetworkDescription[] {
  return NETWORK_NAMES.map((name) => {
    const { description, embeddingSize, output } = NETWORKS[name];
    const { numParameters, flops } = createNetwork({ name, embeddingSize, height: 112, width: 112 });
    return { name, description, embeddingSize, output, numParameters, flops };
  });
}
