import type { NetworkName } from '#contracts';
import type { LayerFactory } from './layer.js';
import type { ResolvedNetworkOptions } from './network-options.js';
import { r100, r18, r200, r34, r50, r50v1 } from './networks/fresnet.js';
import { mbf, y1, y2 } from './networks/mobilefacenet.js';
import { tiny } from './networks/tiny.js';

export type NetworkFactory = (options: ResolvedNetworkOptions) => LayerFactory;

/** Every name of the catalog has its network. */
export const NETWORK_FACTORIES: Readonly<Partial<Record<NetworkName, NetworkFactory>>> = {
  r18,
  r34,
  r50,
  r50v1,
  r100,
  r200,
  y1,
  y2,
  mbf,
  tiny,
};
