import type { NetworkName } from '#contracts';
import type { LayerFactory } from './layer.js';
import type { ResolvedNetworkOptions } from './network-options.js';
import { d169, d201 } from './networks/densenet.js';
import { r100, r18, r200, r34, r50, r50v1 } from './networks/fresnet.js';
import { mbf, y1, y2 } from './networks/mobilefacenet.js';
import { mnas, mnas025, mnas05 } from './networks/mnasnet.js';
import { m05, m1 } from './networks/mobilenet.js';
import { tiny } from './networks/tiny.js';
import { vargfacenet } from './networks/vargfacenet.js';

export type NetworkFactory = (options: ResolvedNetworkOptions) => LayerFactory;

/** Every name of the catalog has its network; the type holds both lists equal. */
export const NETWORK_FACTORIES: Readonly<Record<NetworkName, NetworkFactory>> = {
  r18,
  r34,
  r50,
  r50v1,
  r100,
  r200,
  y1,
  y2,
  mbf,
  m1,
  m05,
  mnas,
  mnas05,
  mnas025,
  vargfacenet,
  d169,
  d201,
  tiny,
};
