import type { ModelLocation } from '../locate-model.js';
import type { StoredModel } from '../stored-model.js';
import { MxnetParamsReader } from './mxnet-params.js';

/** MXNet's parameters, and what the symbol beside them says of the network. */
export async function openMxnetModel({ params }: Extract<ModelLocation, { kind: 'mxnet' }>): Promise<StoredModel> {
  const reader = await MxnetParamsReader.open(params);
  const { path, shapes } = reader;
  return {
    path,
    weights: path,
    format: 'mxnet',
    network: null,
    options: {},
    order: 'channelsFirst',
    shapes,
    read: (name) => reader.read(name),
    close: () => reader.close(),
  };
}
