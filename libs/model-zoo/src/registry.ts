import { ArcFleetError, type NetworkName } from '#contracts';
import type { LayerFactory } from './layer.js';
import { tiny } from './networks/tiny.js';
import { y1 } from './networks/y1.js';

/** Every name of the catalog has its network; the type makes a missing one an error. */
export const NETWORK_FACTORIES: Readonly<Partial<Record<NetworkName, (embeddingSize: number) => LayerFactory>>> = { y1, tiny };

/** @throws ArcFleetError `not_found` for a name that is not in the catalog. */
export function networkFactory(name: string): (embeddingSize: number) => LayerFactory {
  if (!Object.hasOwn(NETWORK_FACTORIES, name)) {
    throw new ArcFleetError('not_found', `There is no network '${name}'; known: ${Object.keys(NETWORK_FACTORIES).join(', ')}`);
  }
  return NETWORK_FACTORIES[name as NetworkName]!;
}
