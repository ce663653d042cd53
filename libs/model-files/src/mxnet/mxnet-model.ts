import type { ModelLocation } from '../locate-model.js';
import type { StoredModel } from '../stored-model.js';
import { matchSymbol } from './match-symbol.js';
import { MxnetParamsReader } from './mxnet-params.js';
import { readSymbol } from './symbol.js';

/**
 * MXNet's parameters, and what the symbol beside them says of the network. Without a symbol the network is known by its tensors alone.
 *
 * @throws ArcFleetError `checkpoint_corrupt` naming file and byte; `model_mismatch` for a symbol of no network of the catalog.
 */
export async function openMxnetModel({ params, symbol }: Extract<ModelLocation, { kind: 'mxnet' }>): Promise<StoredModel> {
  const reader = await MxnetParamsReader.open(params);
  try {
    const { path, shapes } = reader;
    const network = symbol === null ? null : matchSymbol(await readSymbol(symbol), { order: 'channelsFirst', shapes }, symbol);
    return {
      path,
      weights: path,
      format: 'mxnet',
      network: network?.name ?? null,
      options: network ?? {},
      order: 'channelsFirst',
      shapes,
      read: (name) => reader.read(name),
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}
