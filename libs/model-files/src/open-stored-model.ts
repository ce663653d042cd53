import { ArcFleetError } from '#contracts';
import type { ModelLocation } from './locate-model.js';
import { openMxnetModel } from './mxnet/mxnet-model.js';
import { openOwnModel } from './own-model.js';
import type { StoredModel } from './stored-model.js';
import { openTorchModel } from './torch/torch-model.js';

/**
 * Opens a model; what its description says of the weights is held to their checksum first.
 *
 * @throws ArcFleetError `checkpoint_corrupt` or `pickle_refused` naming the file; `model_mismatch` for layers that no network of
 *   the catalog has, and for ONNX, which is a graph and no network of ours.
 */
export async function openStoredModel(location: ModelLocation): Promise<StoredModel> {
  switch (location.kind) {
    case 'arcfleet':
      return openOwnModel(location);
    case 'mxnet':
      return openMxnetModel(location);
    case 'torch':
      return openTorchModel(location.file);
    case 'onnx':
      throw new ArcFleetError(
        'model_mismatch',
        `${location.file} is an ONNX graph: it can be evaluated and embedded with, but neither trained on nor converted. Name the model that it was exported from`,
        { file: location.file },
      );
  }
}
